#include "micro/kernels/reference/conv_sums.h"

namespace millrace::micro {

void ConvInt16Loop(const ConvQuantized& p, const int16_t* input, const int8_t* filter,
                   const void* bias, TensorType bias_type, int16_t* output) {
  ConvSums<int64_t>(p.shape, input, 0, filter, FinishInt16(p, bias, bias_type, output));
}

}  // namespace millrace::micro
