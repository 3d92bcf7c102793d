// From a sum to an int8 output in few instructions: the same bits as MultiplyByRequant and Clamp.
#ifndef MILLRACE_MICRO_KERNELS_ARM_DSP_OUTPUT_H_
#define MILLRACE_MICRO_KERNELS_ARM_DSP_OUTPUT_H_

#include <arm_acle.h>

#include <cstdint>

#include "micro/kernels/common/activation.h"
#include "micro/kernels/common/quantization.h"

namespace millrace::micro::dsp {

// Whether sums of `depth` products and these biases stay within 2^30, where doubling them is exact.
inline bool AreSmall(int32_t depth, const int32_t* bias, int32_t channels) {
  if (depth > 1 << 14) return false;  // products are below 2^15
  for (int32_t o = 0; bias != nullptr && o < channels; ++o) {
    if (bias[o] >= 1 << 29 || bias[o] <= -(1 << 29)) return false;
  }
  return true;
}

class Int8Output {
 public:
  // zero_point and range: within int8. small: what AreSmall says.
  Int8Output(int32_t zero_point, IntRange range, bool small)
      : rounding_(1 + 2 * (zero_point + 127 - range.high)),
        to_low_(range.high - range.low - 255),
        from_low_(range.low + 128),
        quick_below_(small ? 0 : -128) {}

  int8_t operator()(int32_t sum, int32_t multiplier, int shift) const {
    return shift < quick_below_ ? Quick(sum, multiplier, -shift - 1) : Any(sum, multiplier, shift);
  }
  // Two sums of one channel.
  void Two(int32_t sum0, int32_t sum1, int32_t multiplier, int shift, int8_t* y0,
           int8_t* y1) const {
    if (shift < quick_below_) {
      *y1 = Quick(sum1, multiplier, -shift - 1);
      *y0 = Quick(sum0, multiplier, -shift - 1);
    } else {
      *y1 = Any(sum1, multiplier, shift);
      *y0 = Any(sum0, multiplier, shift);
    }
  }

 private:
  // Small sums, factors below 1/2. Rounding halves away from zero when shifting: one less when
  // negative, then halves up. The zero point and the distance to the upper limit go in with the
  // rounding bit.
  int8_t Quick(int32_t sum, int32_t multiplier, int shift_less_one) const {
    int32_t x;  // round(2 * sum * multiplier / 2^32): DoublingHighMul
    __asm__("smmulr %0, %1, %2" : "=r"(x) : "r"(sum * 2), "r"(multiplier));
    return Saturate((((x + (x >> 31)) >> shift_less_one) + rounding_) >> 1);
  }
  __attribute__((noinline)) int8_t Any(int32_t sum, int32_t multiplier, int shift) const {
    return Saturate(MultiplyByRequant(sum, multiplier, shift) + (rounding_ >> 1));
  }
  // At the upper limit, then at the lower one, each time where the type ends.
  int8_t Saturate(int32_t x) const {
    x = __ssat(x, 8) + to_low_;
    return static_cast<int8_t>(__ssat(x, 8) + from_low_);
  }

  int32_t rounding_;
  int32_t to_low_;
  int32_t from_low_;
  int quick_below_;  // shifts below may go the quick way
};

}  // namespace millrace::micro::dsp

#endif  // MILLRACE_MICRO_KERNELS_ARM_DSP_OUTPUT_H_
