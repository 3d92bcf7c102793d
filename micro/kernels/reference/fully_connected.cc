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

}  // namespace millrace::micro
