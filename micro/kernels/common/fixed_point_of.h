// The arithmetic of fixed_point.h and fixed_point16.h, for values of 32 and of 16 bits.
#ifndef MILLRACE_MICRO_KERNELS_COMMON_FIXED_POINT_OF_H_
#define MILLRACE_MICRO_KERNELS_COMMON_FIXED_POINT_OF_H_

#include <cstdint>
#include <type_traits>

#include "micro/kernels/common/quantization.h"

namespace millrace::micro {

// Int: int32_t or int16_t. Values are passed as int32_t all the same.
template <typename Int>
class FixedPointOf {
 public:
  static constexpr bool kNarrow = sizeof(Int) == 2;
  static constexpr int kBits = 8 * sizeof(Int) - 1;  // behind the point of a value below 1
  static constexpr int32_t kMax = kNarrow ? INT16_MAX : INT32_MAX;

  // Two of the functions are not inline: small devices want them once.

  // e^x for x <= 0 with integer_bits before the point; e^0 is kMax.
  __attribute__((noinline)) static int32_t ExpOfNegative(int32_t x, int integer_bits) {
    if (x == 0) return kMax;
    if (kNarrow && integer_bits > 5 && x < -(1 << (kBits + 5 - integer_bits))) return 0;  // < -32
    const int quarter_bit = kBits - 2 - integer_bits;
    const int32_t quarter = 1 << quarter_bit;
    // x = near - rest, with near in [-1/4, 0) and rest a multiple of 1/4.
    const int32_t near = (x & (quarter - 1)) - quarter;
    const int32_t rest = near - x;
    int32_t result = ExpNearZero(near * (1 << integer_bits));
    for (int i = 0; i < integer_bits + 2 && (!kNarrow || i < kFactors); ++i) {
      if ((rest >> (quarter_bit + i) & 1) != 0) result = HighMul(result, kExpOfPowers[i]);
    }
    return result;
  }

  // 1 / (1 + x) for x in [0, 1).
  static int32_t ReciprocalOfOnePlus(int32_t x) {
    return Times(DoubledReciprocal(x), 1);  // the point moves by two, and half of it is wanted
  }

  // 1 / (1 + e^-x).
  static int32_t Logistic(int32_t x, int integer_bits) {
    if (x == 0) return 1 << (kBits - 1);
    const int32_t of_magnitude = ReciprocalOfOnePlus(ExpOfNegative(x > 0 ? -x : x, integer_bits));
    return x > 0 ? of_magnitude : kMax - of_magnitude;
  }

  static int32_t Tanh(int32_t x, int integer_bits) {
    if (x == 0) return 0;
    // (1 - e) / (1 + e) = 2 / (1 + e) - 1 with e = e^(-2 |x|): the doubling moves the point.
    const int32_t e = ExpOfNegative(x > 0 ? -x : x, integer_bits + 1);
    const int32_t of_magnitude = Times(DoubledReciprocal(e) - (1 << (kBits - 2)), 2);
    return x > 0 ? of_magnitude : -of_magnitude;
  }

 private:
  using Wide = std::conditional_t<kNarrow, int32_t, int64_t>;

  // A constant given with 31 bits behind the point.
  static constexpr int32_t Of(int32_t x) { return kNarrow ? (x + (1 << 15)) >> 16 : x; }

  // e^-(2^(i - 2))
  static constexpr int kFactors = 7;
  static constexpr Int kExpOfPowers[kFactors] = {Of(1672461947), Of(1302514674), Of(790015084),
                                                 Of(290630308),  Of(39332535),   Of(720401),
                                                 Of(242)};

  // 32 bits wrap; that they do not is for the callers to see to.
  static int32_t Saturated(int32_t x) { return kNarrow ? Clamp(x, INT16_MIN, INT16_MAX) : x; }
  // round(2 * a * b / 2^(kBits + 1)), halves upwards, saturated.
  static int32_t HighMul(int32_t a, int32_t b) {
    if constexpr (kNarrow) return Saturated((a * b + (1 << 14)) >> 15);
    return DoublingHighMul(a, b);
  }
  // x * 2^power, at most kMax.
  static int32_t Times(int32_t x, int power) {
    return x >= 1 << (kBits - power) ? kMax : x * (1 << power);
  }

  // e^x for x in [-1/4, 0): four terms of the series at -1/8, where it is most exact.
  static int32_t ExpNearZero(int32_t x) {
    constexpr int32_t kExpOfEighth = Of(1895147668);  // e^(-1/8)
    constexpr int32_t kThird = Of(715827883);
    const int32_t t = x + (1 << (kBits - 3));
    const int32_t t2 = HighMul(t, t);
    const int32_t t3 = HighMul(t2, t);
    const int32_t t4 = HighMul(t2, t2);
    // t^2 / 2 + t^3 / 6 + t^4 / 24
    const int32_t higher =
        RoundingShiftRight(HighMul(RoundingShiftRight(t4, 2) + t3, kThird) + t2, 1);
    return Saturated(kExpOfEighth + HighMul(kExpOfEighth, t + higher));
  }

  // 2 / (1 + x) by Newton's iteration, with kBits - 2 bits behind the point.
  __attribute__((noinline)) static int32_t DoubledReciprocal(int32_t x) {
    // 48/17 - 32/17 * d is the best straight line for 1 / d with d in [1/2, 1].
    constexpr int32_t k48Over17 = Of(1515870810);
    constexpr int32_t k32Over17 = Of(1010580540);
    constexpr int32_t kOne = 1 << (kBits - 2);
    const int32_t d = static_cast<int32_t>((Wide{x} + kMax + 1) / 2);
    int32_t y = k48Over17 + HighMul(d, -k32Over17);
    for (int i = 0; i < 3; ++i) {
      const int32_t error = kOne - HighMul(d, y);
      y += Saturated(HighMul(y, error) * 4);
    }
    return y;
  }
};

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_COMMON_FIXED_POINT_OF_H_
