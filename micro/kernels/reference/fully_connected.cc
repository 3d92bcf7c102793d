#include "micro/kernels/loops/fully_connected.h"

namespace millrace::micro {

void FullyConnectedLoop(const FullyConnectedInt8& p, const int8_t* input, const int8_t* filter,
                        const int32_t* bias, int8_t* output) {
  const bool by_unit = p.factors.multipliers != nullptr;
  for (int32_t b = 0; b < p.batches; ++b, input += p.depth) {
    const int8_t* row = filter;
    for (int32_t u = 0; u < p.units; ++u) {
      int32_t sum = bias == nullptr ? 0 : bias[u];
      for (int32_t d = 0; d < p.depth; ++d) {
        sum += (input[d] - p.input_zero_point) * (*row++ - p.filter_zero_point);
      }
      sum = by_unit ? MultiplyByRequant(sum, p.factors.multipliers[u], p.factors.shifts[u])
                    : MultiplyByRequant(sum, p.requant);
      *output++ = static_cast<int8_t>(Clamp(sum + p.output_zero_point, p.range.low, p.range.high));
    }
  }
}

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
