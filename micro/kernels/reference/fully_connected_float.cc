#include "micro/kernels/loops/fully_connected.h"

namespace millrace::micro {

void FullyConnectedLoop(const FullyConnectedFloat& p, const float* input, const float* filter,
                        const float* bias, float* output) {
  for (int32_t b = 0; b < p.batches; ++b, input += p.depth) {
    const float* row = filter;
    for (int32_t u = 0; u < p.units; ++u) {
      float sum = 0.0f;
      for (int32_t d = 0; d < p.depth; ++d) sum += input[d] * *row++;
      *output++ = ClampFloat(sum + (bias == nullptr ? 0.0f : bias[u]), p.range.low, p.range.high);
    }
  }
}

}  // namespace millrace::micro
