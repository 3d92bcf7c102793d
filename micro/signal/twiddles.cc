#include "micro/signal/twiddles.h"

namespace millrace::micro::signal {
namespace {

// sum_k (-1)^k x^(2k) / ((first + 1) ... (first + 2k)): cos(x) with first 0, sin(x) / x with
// first 1. For |x| <= pi / 4 nine terms are as exact as a double.
double Series(double x, int first) {
  double term = 1.0, sum = 1.0;
  for (int k = first + 1; k < first + 17; k += 2) {
    term *= -x * x / (k * (k + 1));
    sum += term;
  }
  return sum;
}

// cos(2 pi i / length), 0 <= i <= length / 4.
double CosOf(int32_t i, int32_t length) {
  constexpr double kTurn = 6.283185307179586;
  if (i <= length / 8) return Series(kTurn * i / length, 0);
  const double x = kTurn * (length / 4 - i) / length;
  return x * Series(x, 1);
}

}  // namespace

void FillTwiddles(int32_t length, int16_t* table) {
  for (int32_t i = 0; i <= length / 4; ++i) {
    table[i] = static_cast<int16_t>(0.5 + 32767 * CosOf(i, length));
  }
}

void FillTwiddles(int32_t length, int32_t* table) {
  for (int32_t i = 0; i <= length / 4; ++i) {
    table[i] = static_cast<int32_t>(0.5 + 2147483647.0 * CosOf(i, length));
  }
}

void FillTwiddles(int32_t length, float* table) {
  for (int32_t i = 0; i <= length / 4; ++i) table[i] = static_cast<float>(CosOf(i, length));
}

}  // namespace millrace::micro::signal
