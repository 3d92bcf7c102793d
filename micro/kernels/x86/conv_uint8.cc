#include "micro/kernels/x86/conv_bytes.h"

namespace millrace::micro {

void ConvUInt8Loop(const ConvQuantized& p, const uint8_t* input, const uint8_t* filter,
                   int32_t filter_zero_point, const int32_t* bias, uint8_t* output) {
  if (!x86::FitsTiles<false>(p.shape)) {
    ConvSums<int32_t>(p.shape, input, p.input_zero_point, UInt8Weights{filter, filter_zero_point},
                      FinishByte<uint8_t>{p, bias, output});
    return;
  }
  x86::ConvBytes(p, input, filter, filter_zero_point, bias, output);
}

}  // namespace millrace::micro
