// From sums to int8 outputs, four lanes at once: the same bits as MultiplyByRequant and Clamp.
#ifndef MILLRACE_MICRO_KERNELS_ARM_MVE_OUTPUT_H_
#define MILLRACE_MICRO_KERNELS_ARM_MVE_OUTPUT_H_

#include <arm_mve.h>

#include <cstdint>

#include "micro/kernels/common/activation.h"

namespace millrace::micro::mve {

// MultiplyByRequant of each lane.
inline int32x4_t Requantized(int32x4_t sums, int32x4_t multipliers, int32x4_t shifts) {
  const int32x4_t zero = vdupq_n_s32(0);
  const int32x4_t right = vminq_s32(shifts, zero);
  const int32x4_t x = vqrdmulhq_s32(vshlq_s32(sums, vmaxq_s32(shifts, zero)), multipliers);
  // Halves go away from zero: one less when negative and shifted, then halves up.
  const int32x4_t one_less = vshrq_n_s32(vandq_s32(x, right), 31);
  return vrshlq_s32(vqaddq_s32(x, one_less), right);
}

struct Int8Output {
  int32_t zero_point;
  IntRange range;

  int32x4_t Clamped(int32x4_t x) const {
    x = vmaxq_s32(vaddq_n_s32(x, zero_point), vdupq_n_s32(range.low));
    return vminq_s32(x, vdupq_n_s32(range.high));
  }
};

}  // namespace millrace::micro::mve

#endif  // MILLRACE_MICRO_KERNELS_ARM_MVE_OUTPUT_H_
