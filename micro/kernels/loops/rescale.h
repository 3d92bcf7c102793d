// Quantised elements brought to another scale, zero point or type, and float ones quantised.
#ifndef MILLRACE_MICRO_KERNELS_LOOPS_RESCALE_H_
#define MILLRACE_MICRO_KERNELS_LOOPS_RESCALE_H_

#include <cstdint>

#include "micro/kernels/common/activation.h"
#include "micro/kernels/common/quantization.h"

namespace millrace::micro {

struct Rescaling {
  Requant factor;
  int32_t in_zero;
  int32_t out_zero;
  IntRange range;

  int32_t Of(int32_t x) const {
    return Clamp(MultiplyByRequant(x - in_zero, factor) + out_zero, range.low, range.high);
  }
};

// The same with another factor for what is below the zero point.
struct LeakyRescaling {
  Requant above;
  Requant below;
  int32_t in_zero;
  int32_t out_zero;
  IntRange range;

  int32_t Of(int32_t x) const {
    const int32_t value = x - in_zero;
    const int32_t result = MultiplyByRequant(value, value >= 0 ? above : below);
    return Clamp(result + out_zero, range.low, range.high);
  }
};

struct Quantization {
  float scale;
  int32_t zero_point;
  IntRange range;

  int32_t Of(float x) const {
    return Clamp(RoundToInt(x / scale) + zero_point, range.low, range.high);
  }
};

// output[i] = p.Of(input[i]); the range is within Out. The output may be the input where Out is not
// larger than In. In: int8_t, uint8_t, int16_t, int32_t; Out: the same.
template <typename In, typename Out>
void RescaleLoop(const Rescaling& p, const In* input, int32_t count, Out* output);
// T: int8_t, uint8_t, int16_t
template <typename T>
void LeakyRescaleLoop(const LeakyRescaling& p, const T* input, int32_t count, T* output);
// Out: int8_t, uint8_t, int16_t, int32_t
template <typename Out>
void QuantizeLoop(const Quantization& p, const float* input, int32_t count, Out* output);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_LOOPS_RESCALE_H_
