// From a sum to an int8 output in few instructions: the same bits as MultiplyByRequant and Clamp.
#ifndef MILLRACE_MICRO_KERNELS_ARM_DSP_OUTPUT_H_
#define MILLRACE_MICRO_KERNELS_ARM_DSP_OUTPUT_H_

#include <arm_acle.h>

#include <cstdint>

#include "micro/kernels/common/activation.h"
#include "micro/kernels/common/quantization.h"

namespace millrace::micro::dsp {

class Int8Output {
 public:
  // zero_point and range: within int8.
  Int8Output(int32_t zero_point, IntRange range)
      : rounding_(1 + 2 * (zero_point + 127 - range.high)),
        to_low_(range.high - range.low - 255),
        from_low_(range.low + 128) {}

  int8_t operator()(int32_t sum, int32_t multiplier, int shift) const {
    return shift < 0 ? Right(sum, multiplier, -shift - 1) : Left(sum, multiplier, shift);
  }
  // Two sums of one channel.
  void Two(int32_t sum0, int32_t sum1, int32_t multiplier, int shift, int8_t* y0,
           int8_t* y1) const {
    if (shift < 0) {
      *y1 = Right(sum1, multiplier, -shift - 1);
      *y0 = Right(sum0, multiplier, -shift - 1);
    } else {
      *y1 = Left(sum1, multiplier, shift);
      *y0 = Left(sum0, multiplier, shift);
    }
  }

 private:
  // Rounding halves away from zero when shifting: one less when negative, then halves up. The zero
  // point and the distance to the upper limit go in with the rounding bit.
  int8_t Right(int32_t sum, int32_t multiplier, int shift_less_one) const {
    const int32_t x = DoublingHighMul(sum, multiplier);
    return Saturate((((x + (x >> 31)) >> shift_less_one) + rounding_) >> 1);
  }
  // Factors of 1/2 and more, which are rare.
  __attribute__((noinline)) int8_t Left(int32_t sum, int32_t multiplier, int shift) const {
    return Saturate(DoublingHighMul(sum << shift, multiplier) + (rounding_ >> 1));
  }
  // At the upper limit, then at the lower one, each time where the type ends.
  int8_t Saturate(int32_t x) const {
    x = __ssat(x, 8) + to_low_;
    return static_cast<int8_t>(__ssat(x, 8) + from_low_);
  }
  // (p + 2^30) >> 31: what rounding halves away from zero and truncating comes to.
  static int32_t DoublingHighMul(int32_t a, int32_t b) {
    return static_cast<int32_t>((static_cast<int64_t>(a) * b + (int64_t{1} << 30)) >> 31);
  }

  int32_t rounding_;
  int32_t to_low_;
  int32_t from_low_;
};

}  // namespace millrace::micro::dsp

#endif  // MILLRACE_MICRO_KERNELS_ARM_DSP_OUTPUT_H_
