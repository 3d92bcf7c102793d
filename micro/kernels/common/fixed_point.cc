#include "micro/kernels/common/fixed_point.h"

#include "micro/kernels/common/fixed_point_of.h"

namespace millrace::micro {

using Fixed = FixedPointOf<int32_t>;

int32_t ExpOfNegative(int32_t x, int integer_bits) { return Fixed::ExpOfNegative(x, integer_bits); }

int32_t ReciprocalOfOnePlus(int32_t x) { return Fixed::ReciprocalOfOnePlus(x); }

int32_t LogisticFixed(int32_t x, int integer_bits) { return Fixed::Logistic(x, integer_bits); }

int32_t TanhFixed(int32_t x, int integer_bits) { return Fixed::Tanh(x, integer_bits); }

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
