#include "micro/kernels/common/packed_int4.h"
#include "micro/kernels/reference/conv_sums.h"

namespace millrace::micro {

void DepthwiseConvLoop(const ConvHybrid& p, const int8_t* input, const void* filter,
                       TensorType filter_type, const float* bias, float* output) {
  DepthwiseConvSums<int32_t>(p.shape, input, p.input_zero_point, NarrowWeights(filter, filter_type),
                             FinishHybrid{p, bias, output});
}

}  // namespace millrace::micro
