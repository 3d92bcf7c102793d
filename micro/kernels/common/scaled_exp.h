// The exponentials of softmax over int8 values: e^(beta * scale * (x - max)), in fixed point.
#ifndef MILLRACE_MICRO_KERNELS_COMMON_SCALED_EXP_H_
#define MILLRACE_MICRO_KERNELS_COMMON_SCALED_EXP_H_

#include <cstdint>

#include "micro/kernels/common/fixed_point.h"
#include "micro/kernels/common/quantization.h"

namespace millrace::micro {

struct ScaledExp {
  static constexpr int kIntegerBits = 5;  // of the scaled differences
  static constexpr int kSumBits = 12;     // before the point of a sum of exponentials

  Requant factor;  // beta * scale * 2^26; the shift is not negative
  int32_t least;   // differences below count as minus infinity

  // False when beta * scale is negative, not finite, or too small for the fixed point.
  static bool Make(float beta, float scale, ScaledExp* exp);

  // 31 - kIntegerBits bits behind the point. REQUIRES: least <= difference <= 0.
  int32_t Scaled(int32_t difference) const {
    return DoublingHighMul(static_cast<int32_t>(static_cast<uint32_t>(difference) << factor.shift),
                           factor.multiplier);
  }
  // 31 bits behind the point.
  int32_t Exp(int32_t difference) const { return ExpOfNegative(Scaled(difference), kIntegerBits); }
  // The largest value of a row, and the sum of exponentials of its differences to it, with
  // 31 - kSumBits bits behind the point; saturated, at least 1.
  uint32_t Sum(const int8_t* row, int32_t count, int32_t* max) const;
};

// What an exponential is of the sum of all.
class SoftmaxShare {
 public:
  // sum: as ScaledExp::Sum returns it. Shares are in steps of 1/256 from -128 on, or, when wide, of
  // 1/65536 from -32768 on.
  SoftmaxShare(uint32_t sum, bool wide) : bits_(wide ? 16 : 8) {
    // The sum is (1 + x) * 2^(kSumBits - zeros), x in [0, 1); e^0 is in it, so it is not 0.
    const int zeros = __builtin_clz(sum);
    reciprocal_ = ReciprocalOfOnePlus(static_cast<int32_t>((sum << zeros << 1) >> 1));
    shift_ = ScaledExp::kSumBits - zeros + 31 - bits_;
    if (shift_ > 31) shift_ = 31;  // thousands of elements alike
  }

  // From what ScaledExp::Exp returns to steps.
  Requant factor() const { return {reciprocal_, -shift_}; }
  int32_t Least() const { return -(1 << (bits_ - 1)); }
  // Of what ScaledExp::Exp returns.
  int32_t Of(int32_t exponential) const {
    const int32_t share = DoublingHighMul(reciprocal_, exponential);
    return Clamp(RoundingShiftRight(share, shift_) + Least(), Least(), -Least() - 1);
  }

 private:
  int bits_;
  int shift_;
  int32_t reciprocal_;
};

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_COMMON_SCALED_EXP_H_
