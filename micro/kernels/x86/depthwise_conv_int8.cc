#include "micro/kernels/x86/depthwise_bytes.h"

namespace millrace::micro {

void DepthwiseConvLoop(const ConvQuantized& p, const int8_t* input, const int8_t* filter,
                       const int32_t* bias, int8_t* output) {
  x86::depthwise::Run(p, input, filter, 0, bias, output);
}

size_t DepthwiseConvScratchBytes(const ConvShape&) { return 0; }

}  // namespace millrace::micro
