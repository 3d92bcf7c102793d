#include "micro/kernels/common/packed_int4.h"
#include "micro/kernels/loops/fully_connected.h"

namespace millrace::micro {

void FullyConnectedLoop(const FullyConnectedHybrid& p, const int8_t* input, const void* filter,
                        TensorType filter_type, const float* bias, float* output) {
  const NarrowWeights weights(filter, filter_type);
  int32_t weight = 0;
  for (int32_t u = 0; u < p.units; ++u) {
    int32_t sum = 0;
    for (int32_t d = 0; d < p.depth; ++d) {
      sum += (input[d] - p.input_zero_point) * weights[weight++];
    }
    const float scale = p.input_scale * p.filter_scales[p.by_unit ? u : 0];
    const float value = static_cast<float>(sum) * scale + (bias == nullptr ? 0.0f : bias[u]);
    *output++ = ClampFloat(value, p.range.low, p.range.high);
  }
}

}  // namespace millrace::micro
