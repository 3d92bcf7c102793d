// Products of int8 vectors, less a zero point, with rows of int8 matrices.
#ifndef MILLRACE_MICRO_KERNELS_ARM_DSP_ROWS_H_
#define MILLRACE_MICRO_KERNELS_ARM_DSP_ROWS_H_

#include <cstdint>

#include "micro/kernels/arm/dsp/simd.h"

namespace millrace::micro::dsp {

struct FourSums {
  int32_t a, b, c, d;
};

// Adds the products of the input, less its zero point, with four rows.
inline FourSums FourRows(const int8_t* x, int32_t zero_point, int32_t depth, const int8_t* rows,
                         FourSums sums) {
  const int16x2_t minus_zero = dsp::Twice(-zero_point);
  const int8_t* lower = rows + 2 * depth;
  for (const int8_t* const end = x + depth / 4 * 4; x != end; x += 4, rows += 4, lower += 4) {
    const uint32_t bytes = Load4(x);
    const int16x2_t even = dsp::EvenPlus(minus_zero, bytes), odd = dsp::OddPlus(minus_zero, bytes);
    const uint32_t a = Load4(rows);
    sums.a = __smlad(odd, dsp::Odd(a), __smlad(even, dsp::Even(a), sums.a));
    const uint32_t b = Load4(rows + depth);
    sums.b = __smlad(odd, dsp::Odd(b), __smlad(even, dsp::Even(b), sums.b));
    const uint32_t c = Load4(lower);
    sums.c = __smlad(odd, dsp::Odd(c), __smlad(even, dsp::Even(c), sums.c));
    const uint32_t d = Load4(lower + depth);
    sums.d = __smlad(odd, dsp::Odd(d), __smlad(even, dsp::Even(d), sums.d));
  }
  for (int32_t i = 0; i < depth % 4; ++i) {
    const int32_t value = x[i] - zero_point;
    sums.a += value * rows[i];
    sums.b += value * rows[i + depth];
    sums.c += value * lower[i];
    sums.d += value * lower[i + depth];
  }
  return sums;
}

inline int32_t OneRow(const int8_t* x, int32_t zero_point, int32_t depth, const int8_t* row) {
  int32_t sum = 0;
  for (int32_t i = 0; i < depth; ++i) sum += (x[i] - zero_point) * row[i];
  return sum;
}

}  // namespace millrace::micro::dsp

#endif  // MILLRACE_MICRO_KERNELS_ARM_DSP_ROWS_H_
