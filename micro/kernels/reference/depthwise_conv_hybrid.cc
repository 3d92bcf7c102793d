#include "micro/kernels/reference/conv_sums.h"

namespace millrace::micro {

void DepthwiseConvLoop(const ConvHybrid& p, const int8_t* input, const void* filter,
                       TensorType filter_type, const float* bias, float* output) {
  const FinishHybrid finish = {p, bias, output};
  DepthwiseConvNarrowSums(p.shape, input, p.input_zero_point, NarrowWeights(filter, filter_type),
                          {nullptr, &finish});
}

}  // namespace millrace::micro
