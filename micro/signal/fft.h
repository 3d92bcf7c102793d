// Fourier transforms of real signals whose length is a power of two.
//
// A signal of n values is transformed as n / 2 complex ones in steps of radix 4 (the first of radix
// 2 where need be), then separated. Integers are 15 (31) bits behind the point; each step of radix
// r divides its inputs by r, each product and division is rounded to nearest, halves up, so that a
// transform is the true one divided by n and nothing overflows. That arithmetic is KissFFT's, which
// TensorFlow Lite Micro uses, and so are the integers that come out. Floats are not divided.
#ifndef MILLRACE_MICRO_SIGNAL_FFT_H_
#define MILLRACE_MICRO_SIGNAL_FFT_H_

#include <cstdint>

#include "micro/signal/twiddles.h"

namespace millrace::micro::signal {

constexpr int32_t kMaxFftLength = 1 << 20;

// Whether transforms of that length are supported: powers of two from 4 on.
constexpr bool IsFftLength(int32_t length) {
  return length >= 4 && length <= kMaxFftLength && (length & (length - 1)) == 0;
}

// Where element i of n complex values, a power of two, stands before the first step. The steps'
// radices are, outermost first, 4 as long as it divides, then 2.
inline int32_t FftPlaceOf(int32_t i, int32_t n) {
  int32_t place = 0;
  int bits = __builtin_ctz(static_cast<uint32_t>(n));
  for (; bits >= 2; i >>= 2) {
    bits -= 2;
    place |= (i & 3) << bits;
  }
  return bits == 1 ? place | i : place;
}

// input: `size` <= length values, as if followed by zeros. output: length / 2 + 1 complex values,
// each real part before imaginary part; may not overlap the input. twiddles: FillTwiddles(length).
void RealFft(const int16_t* input, int32_t size, int32_t length, const int16_t* twiddles,
             int16_t* output);
void RealFft(const int32_t* input, int32_t size, int32_t length, const int32_t* twiddles,
             int32_t* output);
void RealFft(const float* input, int32_t size, int32_t length, const float* twiddles,
             float* output);

// The true inverse: length / 2 + 1 complex values to `length` real ones; the imaginary parts of the
// first and the last count as 0. (RealFft of integers is divided by length already, so there and
// back divides by it once.)
void InverseRealFft(const int16_t* input, int32_t length, const int16_t* twiddles, int16_t* output);
void InverseRealFft(const int32_t* input, int32_t length, const int32_t* twiddles, int32_t* output);
void InverseRealFft(const float* input, int32_t length, const float* twiddles, float* output);

}  // namespace millrace::micro::signal

#endif  // MILLRACE_MICRO_SIGNAL_FFT_H_
