#include "micro/kernels/loops/fully_connected.h"

#include "micro/kernels/common/packed_int4.h"

namespace millrace::micro {

void FullyConnectedInt4Loop(const FullyConnectedQuantized& p, const int8_t* input,
                            const uint8_t* filter, const int32_t* bias, int8_t* output) {
  for (int32_t b = 0; b < p.batches; ++b, input += p.depth) {
    int32_t weight = 0;
    for (int32_t u = 0; u < p.units; ++u) {
      int32_t sum = bias == nullptr ? 0 : bias[u];
      for (int32_t d = 0; d < p.depth; ++d, ++weight) {
        sum += (input[d] - p.input_zero_point) * (UnpackInt4(filter, weight) - p.filter_zero_point);
      }
      sum = p.Requantized(sum, u) + p.output_zero_point;
      *output++ = static_cast<int8_t>(Clamp(sum, p.range.low, p.range.high));
    }
  }
}

void FullyConnectedInt16Loop(const FullyConnectedQuantized& p, const int16_t* input,
                             const int8_t* filter, const void* bias, TensorType bias_type,
                             int16_t* output) {
  const bool wide = bias_type == TensorType::kInt64;
  for (int32_t b = 0; b < p.batches; ++b, input += p.depth) {
    const int8_t* row = filter;
    for (int32_t u = 0; u < p.units; ++u) {
      int64_t sum = 0;
      if (bias != nullptr && wide) {  // a model aligns vectors to 4 at least
        __builtin_memcpy(&sum, static_cast<const char*>(bias) + u * sizeof(sum), sizeof(sum));
      } else if (bias != nullptr) {
        sum = static_cast<const int32_t*>(bias)[u];
      }
      for (int32_t d = 0; d < p.depth; ++d) sum += input[d] * (*row++ - p.filter_zero_point);
      int32_t scaled;
      if (!wide) {
        scaled = p.Requantized(static_cast<int32_t>(sum), u);
      } else if (p.factors.multipliers == nullptr) {
        scaled = MultiplyByRequant64(sum, p.requant.multiplier, p.requant.shift);
      } else {
        scaled = MultiplyByRequant64(sum, p.factors.multipliers[u], p.factors.shifts[u]);
      }
      *output++ = static_cast<int16_t>(Clamp(scaled, p.range.low, p.range.high));
    }
  }
}

}  // namespace millrace::micro
