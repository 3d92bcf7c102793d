// Fourier transforms of complex values in the precision of their type, in place, for lengths that
// are powers of two. See fft.h for real signals.
#ifndef MILLRACE_MICRO_SIGNAL_COMPLEX_FFT_H_
#define MILLRACE_MICRO_SIGNAL_COMPLEX_FFT_H_

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace millrace::micro::signal {

template <typename T>
struct Complex {
  T real;
  T imaginary;
};

// table: n / 2 values, e^(-2 pi i k / n).
template <typename T>
void FillComplexTwiddles(int32_t n, Complex<T>* table) {
  constexpr double kTurn = 6.283185307179586476925;
  for (int32_t k = 0; k < n / 2; ++k) {
    const double angle = kTurn * k / n;
    table[k] = {static_cast<T>(std::cos(angle)), static_cast<T>(-std::sin(angle))};
  }
}

template <typename T>
void ComplexFft(int32_t n, const Complex<T>* table, Complex<T>* x) {
  for (int32_t i = 1, reversed = 0; i < n; ++i) {
    int32_t bit = n >> 1;
    for (; (reversed & bit) != 0; bit >>= 1) reversed ^= bit;
    reversed |= bit;
    if (i < reversed) std::swap(x[i], x[reversed]);
  }
  for (int32_t half = 1; half < n; half *= 2) {
    for (int32_t k = 0; k < half; ++k) {
      const Complex<T> turn = table[k * (n / (2 * half))];
      for (int32_t i = k; i < n; i += 2 * half) {
        const Complex<T> a = x[i], b = x[i + half];
        const Complex<T> t = {b.real * turn.real - b.imaginary * turn.imaginary,
                              b.real * turn.imaginary + b.imaginary * turn.real};
        x[i] = {a.real + t.real, a.imaginary + t.imaginary};
        x[i + half] = {a.real - t.real, a.imaginary - t.imaginary};
      }
    }
  }
}

}  // namespace millrace::micro::signal

#endif  // MILLRACE_MICRO_SIGNAL_COMPLEX_FFT_H_
