#include "micro/kernels/x86/conv_bytes.h"

namespace millrace::micro {

void ConvLoop(const ConvQuantized& p, const int8_t* input, const int8_t* filter,
              const int32_t* bias, int8_t* output) {
  if (!x86::FitsTiles(p.shape)) {
    ConvSums<int32_t>(p.shape, input, p.input_zero_point, filter, FinishInt8{p, bias, output});
    return;
  }
  x86::ConvBytes(p, input, filter, 0, bias, output);
}

size_t ConvScratchBytes(const ConvShape&) { return 0; }

}  // namespace millrace::micro
