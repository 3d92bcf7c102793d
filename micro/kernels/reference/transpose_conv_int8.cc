#include "micro/kernels/reference/transpose_conv_sums.h"

namespace millrace::micro {

void TransposeConvLoop(const TransposeConvInt& p, const int8_t* input, const int8_t* filter,
                       const int32_t* bias, int8_t* output) {
  GatherBytes(p, input, filter, bias, output);
}

}  // namespace millrace::micro
