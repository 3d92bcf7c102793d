#include "micro/kernels/common/fixed_point.h"

namespace millrace::micro {
namespace {

// e^-(2^(i - 2)), 31 bits behind the point.
constexpr int kFactors = 7;
const int32_t kExpOfPowers[kFactors] = {1672461947, 1302514674, 790015084, 290630308,
                                        39332535,   720401,     242};

// e^x for x in [-1/4, 0): four terms of the series at -1/8, where it is most exact.
int32_t ExpNearZero(int32_t x) {
  constexpr int32_t kExpOfEighth = 1895147668;  // e^(-1/8)
  constexpr int32_t kThird = 715827883;
  const int32_t t = x + (1 << 28);
  const int32_t t2 = DoublingHighMul(t, t);
  const int32_t t3 = DoublingHighMul(t2, t);
  const int32_t t4 = DoublingHighMul(t2, t2);
  // t^2 / 2 + t^3 / 6 + t^4 / 24
  const int32_t higher =
      RoundingShiftRight(DoublingHighMul(RoundingShiftRight(t4, 2) + t3, kThird) + t2, 1);
  return kExpOfEighth + DoublingHighMul(kExpOfEighth, t + higher);
}

// 2 / (1 + x) by Newton's iteration, with 29 bits behind the point.
int32_t DoubledReciprocal(int32_t x) {
  // 48/17 - 32/17 * d is the best straight line for 1 / d with d in [1/2, 1].
  constexpr int32_t k48Over17 = 1515870810;
  constexpr int32_t k32Over17 = 1010580540;
  constexpr int32_t kOne = 1 << 29;
  const int32_t d = static_cast<int32_t>((int64_t{x} + INT32_MAX + 1) / 2);
  int32_t y = k48Over17 + DoublingHighMul(d, -k32Over17);
  for (int i = 0; i < 3; ++i) {
    const int32_t error = kOne - DoublingHighMul(d, y);
    y += DoublingHighMul(y, error) * 4;
  }
  return y;
}

// The largest value is what 1 becomes.
int32_t Doubled(int32_t x) { return x >= 1 << 30 ? INT32_MAX : x * 2; }

}  // namespace

int32_t ExpOfNegative(int32_t x, int integer_bits) {
  if (x == 0) return INT32_MAX;
  const int quarter_bit = 29 - integer_bits;
  const int32_t quarter = 1 << quarter_bit;
  // x = near - rest, with near in [-1/4, 0) and rest a multiple of 1/4.
  const int32_t near = (x & (quarter - 1)) - quarter;
  const int32_t rest = near - x;
  int32_t result = ExpNearZero(near * (1 << integer_bits));
  for (int i = 0; i < integer_bits + 2; ++i) {
    if ((rest >> (quarter_bit + i) & 1) != 0) result = DoublingHighMul(result, kExpOfPowers[i]);
  }
  return result;
}

int32_t ReciprocalOfOnePlus(int32_t x) {
  return Doubled(DoubledReciprocal(x));  // the point moves by two, and half of it is wanted
}

int32_t LogisticFixed(int32_t x, int integer_bits) {
  if (x == 0) return 1 << 30;
  const int32_t of_magnitude = ReciprocalOfOnePlus(ExpOfNegative(x > 0 ? -x : x, integer_bits));
  return x > 0 ? of_magnitude : INT32_MAX - of_magnitude;
}

int32_t TanhFixed(int32_t x, int integer_bits) {
  if (x == 0) return 0;
  // (1 - e) / (1 + e) = 2 / (1 + e) - 1 with e = e^(-2 |x|): the doubling moves the point.
  const int32_t e = ExpOfNegative(x > 0 ? -x : x, integer_bits + 1);
  const int32_t less_one = DoubledReciprocal(e) - (1 << 29);
  const int32_t of_magnitude = less_one >= 1 << 29 ? INT32_MAX : less_one * 4;
  return x > 0 ? of_magnitude : -of_magnitude;
}

Requant InverseSqrt(int32_t x) {
  if (x == 1) return {INT32_MAX, 0};
  // x = a * 4^n with a in [1/4, 1) behind 29 bits.
  int pairs = 0;
  for (; x >= 1 << 29; x /= 4) --pairs;
  const int room = (__builtin_clz(static_cast<uint32_t>(x)) - 1) / 2 - 1;
  x <<= 2 * room;
  pairs += room;
  const int32_t half_a = RoundingShiftRight(x >> 1, 1);
  constexpr int32_t kOne = 1 << 28;  // three bits before the point
  constexpr int32_t kHalfThree = 3 << 27;
  int32_t y = kOne;
  // Newton: y <- y * (3 - a * y^2) / 2
  for (int i = 0; i < 5; ++i) {
    const int32_t cube = DoublingHighMul(DoublingHighMul(y, y), y);  // nine bits before the point
    const int32_t cubed = static_cast<int32_t>(static_cast<uint32_t>(cube) << 6);
    const int32_t less = DoublingHighMul(kHalfThree, y) - DoublingHighMul(half_a, cubed);
    y = static_cast<int32_t>(static_cast<uint32_t>(less) << 3);
  }
  constexpr int32_t kHalfRootOfTwo = 1518500250;
  return {DoublingHighMul(y, kHalfRootOfTwo), pairs - 11};
}

}  // namespace millrace::micro
