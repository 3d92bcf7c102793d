#include "micro/kernels/reference/conv_sums.h"

namespace millrace::micro {

void DepthwiseConvUInt8Loop(const ConvQuantized& p, const uint8_t* input, const uint8_t* filter,
                            int32_t filter_zero_point, const int32_t* bias, uint8_t* output) {
  DepthwiseConvSums<int32_t>(p.shape, input, p.input_zero_point,
                             UInt8Weights{filter, filter_zero_point},
                             FinishByte<uint8_t>{p, bias, output});
}

}  // namespace millrace::micro
