// From sums to int8 outputs, four lanes at once: the same bits as MultiplyByRequant and Clamp.
#ifndef MILLRACE_MICRO_KERNELS_ARM_MVE_OUTPUT_H_
#define MILLRACE_MICRO_KERNELS_ARM_MVE_OUTPUT_H_

#include <arm_mve.h>

#include <cstdint>

#include "micro/kernels/common/activation.h"
#include "micro/kernels/common/channel_requant.h"
#include "micro/kernels/common/quantization.h"

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

// The same with one factor for all lanes.
inline int32x4_t Requantized(int32x4_t sums, const Requant& factor) {
  if (factor.shift >= 0) {
    return vqrdmulhq_n_s32(vshlq_r_s32(sums, factor.shift), factor.multiplier);
  }
  const int32x4_t x = vqrdmulhq_n_s32(sums, factor.multiplier);
  return vrshlq_n_s32(vqaddq_s32(x, vshrq_n_s32(x, 31)), factor.shift);
}

struct Int8Output {
  int32_t zero_point;
  IntRange range;

  int32x4_t Clamped(int32x4_t x) const {
    x = vmaxq_s32(vaddq_n_s32(x, zero_point), vdupq_n_s32(range.low));
    return vminq_s32(x, vdupq_n_s32(range.high));
  }
};

// Outputs of `count` channels from their sums.
inline void FinishChannels(const Int8Output& from, const ChannelFactors& factors,
                           const int32_t* sums, int32_t count, int8_t* to) {
  // A copy: the compiler must take bytes that are written for any memory it can reach.
  const Int8Output output = from;
  const int32_t* multipliers = factors.multipliers;
  const int8_t* shifts = factors.shifts;
  for (int32_t i = count >> 2; i > 0; --i) {
    const int32x4_t x = Requantized(vldrwq_s32(sums), vldrwq_s32(multipliers), vldrbq_s32(shifts));
    vstrbq_s32(to, output.Clamped(x));
    sums += 4, multipliers += 4, shifts += 4, to += 4;
  }
  if ((count & 3) != 0) {
    const mve_pred16_t p = vctp32q(static_cast<uint32_t>(count & 3));
    const int32x4_t x =
        Requantized(vldrwq_z_s32(sums, p), vldrwq_z_s32(multipliers, p), vldrbq_z_s32(shifts, p));
    vstrbq_p_s32(to, output.Clamped(x), p);
  }
}

}  // namespace millrace::micro::mve

#endif  // MILLRACE_MICRO_KERNELS_ARM_MVE_OUTPUT_H_
