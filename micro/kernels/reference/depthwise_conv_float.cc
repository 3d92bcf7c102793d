#include "micro/kernels/reference/conv_sums.h"

namespace millrace::micro {

void DepthwiseConvLoop(const ConvFloat& p, const float* input, const float* filter,
                       const float* bias, float* output) {
  DepthwiseConvSums<float>(p.shape, input, 0.0f, filter, FinishFloat{p.range, bias, output});
}

}  // namespace millrace::micro
