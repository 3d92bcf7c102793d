#include "micro/kernels/loops/four_dots.h"

namespace millrace::micro {
namespace {

template <typename X, typename W, typename Sum>
void Dots(const X* x, const W* const rows[4], int32_t n, Sum sums[4]) {
  Sum a = 0, b = 0, c = 0, d = 0;
  for (int32_t i = 0; i < n; ++i) {
    const Sum value = x[i];
    a += value * rows[0][i];
    b += value * rows[1][i];
    c += value * rows[2][i];
    d += value * rows[3][i];
  }
  sums[0] = a;
  sums[1] = b;
  sums[2] = c;
  sums[3] = d;
}

}  // namespace

void FourDots(const int16_t* x, const int8_t* const rows[4], int32_t n, int32_t sums[4]) {
  Dots(x, rows, n, sums);
}

void FourDots(const int16_t* x, const int8_t* const rows[4], int32_t n, int64_t sums[4]) {
  Dots(x, rows, n, sums);
}

void FourDots(const float* x, const float* const rows[4], int32_t n, float sums[4]) {
  Dots(x, rows, n, sums);
}

}  // namespace millrace::micro
