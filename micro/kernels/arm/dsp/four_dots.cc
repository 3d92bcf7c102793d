// FourDots with two products an instruction (Armv7E-M).
#include "micro/kernels/loops/four_dots.h"

#include "micro/kernels/arm/dsp/simd.h"

namespace millrace::micro {
namespace {

int32_t AddProducts(int32_t sum, int16x2_t even, int16x2_t odd, uint32_t bytes) {
  return __smlad(odd, dsp::Odd(bytes), __smlad(even, dsp::Even(bytes), sum));
}

// More rows at once do not fit the registers.
void TwoDots(const int16_t* x, const int8_t* a, const int8_t* b, int32_t n, int32_t* sums) {
  int32_t sum_a = 0, sum_b = 0;
  for (int32_t i = n >> 3; i > 0; --i, x += 8, a += 8, b += 8) {
    const dsp::FourPairs p = dsp::LoadPairs(x);
    sum_a = AddProducts(sum_a, p.first_even, p.first_odd, dsp::Load4(a));
    sum_b = AddProducts(sum_b, p.first_even, p.first_odd, dsp::Load4(b));
    sum_a = AddProducts(sum_a, p.second_even, p.second_odd, dsp::Load4(a + 4));
    sum_b = AddProducts(sum_b, p.second_even, p.second_odd, dsp::Load4(b + 4));
  }
  if ((n & 4) != 0) {
    const auto even = static_cast<int16x2_t>(dsp::Load4(x));
    const auto odd = static_cast<int16x2_t>(dsp::Load4(x + 2));
    sum_a = AddProducts(sum_a, even, odd, dsp::Load4(a));
    sum_b = AddProducts(sum_b, even, odd, dsp::Load4(b));
    x += 4, a += 4, b += 4;
  }
  for (int32_t i = n & 3; i > 0; --i) {
    const int32_t value = *x++;
    sum_a += value * *a++;
    sum_b += value * *b++;
  }
  sums[0] = sum_a;
  sums[1] = sum_b;
}

// Of values that no WidenForDots put in order. n <= kExactProducts.
void TwoDotsInOrder(const int16_t* x, const int8_t* a, const int8_t* b, int32_t n, int64_t* sums) {
  int32_t sum_a = 0, sum_b = 0;
  for (const int16_t* const end = x + n / 4 * 4; x != end; x += 4, a += 4, b += 4) {
    const uint32_t low = dsp::Load4(x), high = dsp::Load4(x + 2);
    const int16x2_t even = dsp::Bottoms(low, high), odd = dsp::Tops(low, high);
    sum_a = AddProducts(sum_a, even, odd, dsp::Load4(a));
    sum_b = AddProducts(sum_b, even, odd, dsp::Load4(b));
  }
  for (int32_t i = n & 3; i > 0; --i) {
    const int32_t value = *x++;
    sum_a += value * *a++;
    sum_b += value * *b++;
  }
  sums[0] += sum_a;
  sums[1] += sum_b;
}

}  // namespace

void FourDots(const int16_t* x, const int8_t* const rows[4], int32_t n, int32_t sums[4]) {
  TwoDots(x, rows[0], rows[1], n, sums);
  TwoDots(x, rows[2], rows[3], n, sums + 2);
}

void FourDots(const int16_t* x, const int8_t* const rows[4], int32_t n, int64_t sums[4]) {
  for (int k = 0; k < 4; ++k) sums[k] = 0;
  for (int32_t done = 0; done < n; done += kExactProducts) {
    const int32_t left = n - done, count = left < kExactProducts ? left : kExactProducts;
    for (int k = 0; k < 4; k += 2) {
      TwoDotsInOrder(x + done, rows[k] + done, rows[k + 1] + done, count, sums + k);
    }
  }
}

// These have registers of their own.
void FourDots(const float* x, const float* const rows[4], int32_t n, float sums[4]) {
  const float *row_a = rows[0], *row_b = rows[1], *row_c = rows[2], *row_d = rows[3];
  float a = 0, b = 0, c = 0, d = 0;
  for (const float* end = x + n; x < end; ++x) {
    a += *x * *row_a++;
    b += *x * *row_b++;
    c += *x * *row_c++;
    d += *x * *row_d++;
  }
  sums[0] = a;
  sums[1] = b;
  sums[2] = c;
  sums[3] = d;
}

}  // namespace millrace::micro
