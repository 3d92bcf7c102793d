// Logistic function and hyperbolic tangent of int16.
#ifndef MILLRACE_MICRO_KERNELS_LOOPS_WIDE_ACTIVATION_H_
#define MILLRACE_MICRO_KERNELS_LOOPS_WIDE_ACTIVATION_H_

#include <cstdint>

#include "micro/kernels/common/sigmoid16.h"

namespace millrace::micro {

// A factor of 15 bits: x * multiplier / 2^shift is in steps of 1 / (3 * 4096). shift: 0 .. 31.
struct WideFactor {
  int16_t multiplier;
  int8_t shift;

  int32_t half() const { return shift > 0 ? 1 << (shift - 1) : 0; }
  int32_t Of(int16_t x) const { return (x * multiplier + half()) >> shift; }
};

// output[i] = Sigmoid16(factor.Of(input[i])), or Tanh16; the output may be the input.
void LogisticLoop(WideFactor factor, const int16_t* input, int32_t count, int16_t* output);
void TanhLoop(WideFactor factor, const int16_t* input, int32_t count, int16_t* output);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_LOOPS_WIDE_ACTIVATION_H_
