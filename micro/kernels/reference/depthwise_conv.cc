#include "micro/kernels/reference/conv_sums.h"

namespace millrace::micro {

void DepthwiseConvNarrowSums(const ConvShape& shape, const int8_t* input, int32_t zero_point,
                             const NarrowWeights& filter, const FinishNarrow& finish) {
  DepthwiseConvSums<int32_t>(shape, input, zero_point, filter, finish);
}

void DepthwiseConvInt4Loop(const ConvQuantized& p, const int8_t* input, const uint8_t* filter,
                           const int32_t* bias, int8_t* output) {
  const FinishInt8 finish = {p, bias, output};
  DepthwiseConvNarrowSums(p.shape, input, p.input_zero_point,
                          NarrowWeights(filter, TensorType::kInt4), {&finish, nullptr});
}

}  // namespace millrace::micro
