// FourDots with two products an instruction (Armv7E-M).
#include "micro/kernels/loops/four_dots.h"

#include <arm_acle.h>

namespace millrace::micro {
namespace {

// Memory need not be aligned to words.
uint32_t Load(const void* p) {
  uint32_t word;
  __builtin_memcpy(&word, p, sizeof(word));
  return word;
}

// Elements 0 and 2, and 1 and 3, of four int16.
struct Pairs {
  int16x2_t even, odd;
};

Pairs LoadPairs(const int16_t* x) {
  const uint32_t low = Load(x), high = Load(x + 2);
  uint32_t even, odd;
  __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(even) : "r"(low), "r"(high));
  __asm__("pkhtb %0, %1, %2, asr #16" : "=r"(odd) : "r"(high), "r"(low));
  return {static_cast<int16x2_t>(even), static_cast<int16x2_t>(odd)};
}

// sum + the products with four int8.
int32_t AddProducts(int32_t sum, const Pairs& x, const int8_t* w) {
  const uint32_t bytes = Load(w);
  int16x2_t even, odd;
  __asm__("sxtb16 %0, %1" : "=r"(even) : "r"(bytes));
  __asm__("sxtb16 %0, %1, ror #8" : "=r"(odd) : "r"(bytes));
  return __smlad(x.odd, odd, __smlad(x.even, even, sum));
}
int64_t AddProducts(int64_t sum, const Pairs& x, const int8_t* w) {
  const uint32_t bytes = Load(w);
  int16x2_t even, odd;
  __asm__("sxtb16 %0, %1" : "=r"(even) : "r"(bytes));
  __asm__("sxtb16 %0, %1, ror #8" : "=r"(odd) : "r"(bytes));
  return __smlald(x.odd, odd, __smlald(x.even, even, sum));
}

template <typename Sum>
void Dots(const int16_t* x, const int8_t* const rows[4], int32_t n, Sum sums[4]) {
  const int8_t *a = rows[0], *b = rows[1], *c = rows[2], *d = rows[3];
  Sum sum_a = 0, sum_b = 0, sum_c = 0, sum_d = 0;
  int32_t i = 0;
  for (; i + 4 <= n; i += 4, x += 4) {
    const Pairs pairs = LoadPairs(x);
    sum_a = AddProducts(sum_a, pairs, a);
    sum_b = AddProducts(sum_b, pairs, b);
    sum_c = AddProducts(sum_c, pairs, c);
    sum_d = AddProducts(sum_d, pairs, d);
    a += 4, b += 4, c += 4, d += 4;
  }
  for (; i < n; ++i) {
    const int32_t value = *x++;
    sum_a += value * *a++;
    sum_b += value * *b++;
    sum_c += value * *c++;
    sum_d += value * *d++;
  }
  sums[0] = sum_a;
  sums[1] = sum_b;
  sums[2] = sum_c;
  sums[3] = sum_d;
}

}  // namespace

void FourDots(const int16_t* x, const int8_t* const rows[4], int32_t n, int32_t sums[4]) {
  Dots(x, rows, n, sums);
}

void FourDots(const int16_t* x, const int8_t* const rows[4], int32_t n, int64_t sums[4]) {
  Dots(x, rows, n, sums);
}

void FourDots(const float* x, const float* const rows[4], int32_t n, float sums[4]) {
  const float *a = rows[0], *b = rows[1], *c = rows[2], *d = rows[3];
  float sum_a = 0.0f, sum_b = 0.0f, sum_c = 0.0f, sum_d = 0.0f;
  for (int32_t i = 0; i < n; ++i) {
    const float value = *x++;
    sum_a += value * *a++;
    sum_b += value * *b++;
    sum_c += value * *c++;
    sum_d += value * *d++;
  }
  sums[0] = sum_a;
  sums[1] = sum_b;
  sums[2] = sum_c;
  sums[3] = sum_d;
}

}  // namespace millrace::micro
