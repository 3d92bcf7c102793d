#include "micro/kernels/reference/transpose_conv_sums.h"

namespace millrace::micro {

void TransposeConvInt16Loop(const TransposeConvInt& p, const int16_t* input, const int8_t* filter,
                            const void* bias, TensorType bias_type, int16_t* output) {
  Gather<int64_t>(p.shape, 0, input, filter, output, p.RequantOfInt16(bias, bias_type));
}

}  // namespace millrace::micro
