#include "micro/kernels/loops/fully_connected.h"

namespace millrace::micro {

void FullyConnectedUInt8Loop(const FullyConnectedQuantized& p, const uint8_t* input,
                             const uint8_t* filter, const int32_t* bias, uint8_t* output) {
  for (int32_t b = 0; b < p.batches; ++b, input += p.depth) {
    const uint8_t* row = filter;
    for (int32_t u = 0; u < p.units; ++u) {
      int32_t sum = bias == nullptr ? 0 : bias[u];
      for (int32_t d = 0; d < p.depth; ++d) {
        sum += (input[d] - p.input_zero_point) * (*row++ - p.filter_zero_point);
      }
      sum = p.Requantized(sum, u) + p.output_zero_point;
      *output++ = static_cast<uint8_t>(Clamp(sum, p.range.low, p.range.high));
    }
  }
}

}  // namespace millrace::micro
