#include "micro/kernels/common/fixed_point16.h"

#include "micro/kernels/common/quantization.h"

namespace millrace::micro {
namespace {

// e^-(2^(i - 2)), 15 bits behind the point.
constexpr int kFactors = 7;
const int16_t kExpOfPowers[kFactors] = {25520, 19875, 12055, 4435, 600, 11, 0};

int32_t Saturate16(int32_t x) { return Clamp(x, INT16_MIN, INT16_MAX); }

// round(2 * a * b / 2^16), halves upwards, saturated.
int32_t HighMul(int32_t a, int32_t b) { return Saturate16((a * b + (1 << 14)) >> 15); }

// e^x for x in [-1/4, 0): four terms of the series at -1/8.
int32_t ExpNearZero(int32_t x) {
  constexpr int32_t kExpOfEighth = 28918;  // e^(-1/8)
  constexpr int32_t kThird = 10923;
  const int32_t t = x + (1 << 12);
  const int32_t t2 = HighMul(t, t);
  const int32_t t3 = HighMul(t2, t);
  const int32_t t4 = HighMul(t2, t2);
  const int32_t higher =
      RoundingShiftRight(HighMul(RoundingShiftRight(t4, 2) + t3, kThird) + t2, 1);
  return Saturate16(kExpOfEighth + HighMul(kExpOfEighth, t + higher));
}

// e^x for x <= 0; 15 bits behind the point.
int32_t ExpOfNegative(int32_t x, int integer_bits) {
  if (x == 0) return INT16_MAX;
  if (integer_bits > 5 && x < -(1 << (20 - integer_bits))) return 0;  // below -32
  const int quarter_bit = 13 - integer_bits;
  const int32_t quarter = 1 << quarter_bit;
  // x = near - rest, with near in [-1/4, 0) and rest a multiple of 1/4.
  const int32_t near = (x & (quarter - 1)) - quarter;
  const int32_t rest = near - x;
  int32_t result = ExpNearZero(near * (1 << integer_bits));
  for (int i = 0; i < integer_bits + 2 && i < kFactors; ++i) {
    if ((rest >> (quarter_bit + i) & 1) != 0) result = HighMul(result, kExpOfPowers[i]);
  }
  return result;
}

// 2 / (1 + x) by Newton's iteration, with 13 bits behind the point; x has 15.
int32_t DoubledReciprocal(int32_t x) {
  constexpr int32_t k48Over17 = 23130;
  constexpr int32_t k32Over17 = 15420;
  constexpr int32_t kOne = 1 << 13;
  const int32_t d = (x + INT16_MAX + 1) / 2;
  int32_t y = k48Over17 + HighMul(d, -k32Over17);
  for (int i = 0; i < 3; ++i) {
    const int32_t error = kOne - HighMul(d, y);
    y += Saturate16(HighMul(y, error) * 4);
  }
  return y;
}

}  // namespace

int16_t LogisticFixed16(int16_t x, int integer_bits) {
  if (x == 0) return 1 << 14;
  const int32_t e = ExpOfNegative(x > 0 ? -x : x, integer_bits);
  const int32_t of_magnitude = Saturate16(DoubledReciprocal(e) * 2);
  return static_cast<int16_t>(x > 0 ? of_magnitude : INT16_MAX - of_magnitude);
}

int16_t TanhFixed16(int16_t x, int integer_bits) {
  if (x == 0) return 0;
  // (1 - e) / (1 + e) = 2 / (1 + e) - 1 with e = e^(-2 |x|): the doubling moves the point.
  const int32_t e = ExpOfNegative(x > 0 ? -x : x, integer_bits + 1);
  const int32_t of_magnitude = Saturate16((DoubledReciprocal(e) - (1 << 13)) * 4);
  return static_cast<int16_t>(x > 0 ? of_magnitude : -of_magnitude);
}

}  // namespace millrace::micro
