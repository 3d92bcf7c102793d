#include "micro/kernels/x86/depthwise_bytes.h"

namespace millrace::micro {

void DepthwiseConvUInt8Loop(const ConvQuantized& p, const uint8_t* input, const uint8_t* filter,
                            int32_t filter_zero_point, const int32_t* bias, uint8_t* output) {
  x86::depthwise::Run(p, input, filter, filter_zero_point, bias, output);
}

}  // namespace millrace::micro
