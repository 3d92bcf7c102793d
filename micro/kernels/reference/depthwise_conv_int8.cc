#include "micro/kernels/reference/conv_sums.h"

namespace millrace::micro {

void DepthwiseConvLoop(const ConvQuantized& p, const int8_t* input, const int8_t* filter,
                       const int32_t* bias, int8_t* output) {
  DepthwiseConvSums<int32_t>(p.shape, input, p.input_zero_point, filter,
                             FinishInt8{p, bias, output});
}

size_t DepthwiseConvScratchBytes(const ConvShape&) { return 0; }

}  // namespace millrace::micro
