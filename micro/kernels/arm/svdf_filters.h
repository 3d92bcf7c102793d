// SVDF with four filters at a time, their features by FourDots. Targets bring the rest.
#ifndef MILLRACE_MICRO_KERNELS_ARM_SVDF_FILTERS_H_
#define MILLRACE_MICRO_KERNELS_ARM_SVDF_FILTERS_H_

#include "micro/kernels/loops/four_dots.h"
#include "micro/kernels/loops/svdf.h"

namespace millrace::micro::arm {

// requantize(sums, low, high): MultiplyByRequant and Clamp of four sums in place.
// advance(state, value, time, memory): moves a filter's state up by a frame, puts the value behind
// it, returns the product of state and time. scratch: an int16 a feature.
template <typename T, typename Requantize, typename Advance>
void SvdfFilters(const SvdfInt8& p, const SvdfTensors<T>& tensors, const Requantize& requantize,
                 const Advance& advance) {
  constexpr int32_t kLow = sizeof(T) == 1 ? -128 : -32768, kHigh = -kLow - 1;
  const SvdfShape& s = p.shape;
  const int32_t filters = s.units * s.rank;
  const int8_t* input = tensors.input;
  T* state = tensors.state;
  int8_t* output = tensors.output;
  auto* const scratch = static_cast<int16_t*>(tensors.scratch);
  for (int32_t b = 0; b < s.batches; ++b) {
    WidenForDots(input, s.features, p.input_zero_point, scratch);
    input += s.features;
    const T* frames = tensors.time;
    const int32_t* unit_bias = tensors.bias;
    int32_t sum = 0, rank = 0;
    for (int32_t f = 0; f < filters; f += 4) {
      const int8_t* rows[4];
      // Behind the last filter: the last again.
      for (int32_t k = 0; k < 4; ++k) {
        rows[k] = tensors.feature + (f + k < filters ? f + k : filters - 1) * s.features;
      }
      int32_t dots[4];
      FourDots(scratch, rows, s.features, dots);
      requantize(dots, kLow, kHigh);
      for (int32_t k = 0; k < 4 && f + k < filters; ++k) {
        sum += advance(state, static_cast<T>(dots[k]), frames, s.memory);
        state += s.memory;
        frames += s.memory;
        if (++rank < s.rank) continue;
        if (unit_bias != nullptr) sum += *unit_bias++;
        const int32_t out = MultiplyByRequant(sum, p.to_output) + p.output_zero_point;
        *output++ = static_cast<int8_t>(Clamp(out, -128, 127));
        sum = rank = 0;
      }
    }
  }
}

}  // namespace millrace::micro::arm

#endif  // MILLRACE_MICRO_KERNELS_ARM_SVDF_FILTERS_H_
