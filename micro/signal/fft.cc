#include "micro/signal/fft.h"

namespace millrace::micro::signal {
namespace {

template <typename T>
struct Complex {
  T re, im;
};

// Sums wrap at the type's width.
template <typename T>
Complex<T> operator+(Complex<T> a, Complex<T> b) {
  return {static_cast<T>(a.re + b.re), static_cast<T>(a.im + b.im)};
}
template <typename T>
Complex<T> operator-(Complex<T> a, Complex<T> b) {
  return {static_cast<T>(a.re - b.re), static_cast<T>(a.im - b.im)};
}
template <typename T>
Complex<T> Conjugate(Complex<T> a) {
  return {a.re, static_cast<T>(-a.im)};
}
// a times -i, or times i for the inverse.
template <typename T>
Complex<T> Quarter(Complex<T> a, bool inverse) {
  return inverse ? Complex<T>{static_cast<T>(-a.im), a.re}
                 : Complex<T>{a.im, static_cast<T>(-a.re)};
}

// Products and divisions of fixed-point values with kBits bits behind the point.
template <typename T, typename Wide, int kBits>
struct FixedPoint {
  static T Round(Wide x) { return static_cast<T>((x + (Wide{1} << (kBits - 1))) >> kBits); }
  static Complex<T> Multiply(Complex<T> a, Complex<T> b) {
    return {Round(Wide{a.re} * b.re - Wide{a.im} * b.im),
            Round(Wide{a.re} * b.im + Wide{a.im} * b.re)};
  }
  template <int kDivisor>
  static Complex<T> Divide(Complex<T> a) {
    constexpr Wide kFactor = ((Wide{1} << kBits) - 1) / kDivisor;
    return {Round(a.re * kFactor), Round(a.im * kFactor)};
  }
  static T Half(Wide x) { return static_cast<T>(x >> 1); }
};

template <typename T>
struct Arithmetic;
template <>
struct Arithmetic<int16_t> : FixedPoint<int16_t, int32_t, 15> {};
template <>
struct Arithmetic<int32_t> : FixedPoint<int32_t, int64_t, 31> {};
template <>
struct Arithmetic<float> {
  static Complex<float> Multiply(Complex<float> a, Complex<float> b) {
    return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
  }
  template <int kDivisor>
  static Complex<float> Divide(Complex<float> a) {
    return a;
  }
  static float Half(float x) { return x * 0.5f; }
};

// n complex values in place, each where FftPlaceOf says.
template <typename T>
class ComplexFft {
 public:
  using A = Arithmetic<T>;
  using C = Complex<T>;

  ComplexFft(int32_t n, Twiddles<T> twiddles, bool inverse, C* data)
      : n_(n), twiddles_(twiddles), inverse_(inverse), data_(data) {}

  void Run() {
    // 2 * 4^k values begin with a step of radix 2.
    int32_t done = 1;
    if (__builtin_ctz(static_cast<uint32_t>(n_)) % 2 == 1) {
      for (int32_t i = 0; i < n_; i += 2) Radix2(data_ + i);
      done = 2;
    }
    for (; done < n_; done *= 4) {
      const int32_t step = n_ / (4 * done);
      for (int32_t k = 0; k < done; ++k) {
        const C factors[3] = {Twiddle(k * step), Twiddle(2 * k * step), Twiddle(3 * k * step)};
        for (int32_t i = k; i < n_; i += 4 * done) Radix4(data_ + i, done, factors);
      }
    }
  }

 private:
  // The table's turn has 2 n steps.
  C Twiddle(int32_t i) const {
    const C factor = {twiddles_.Cos(2 * i), twiddles_.Sin(2 * i)};
    return inverse_ ? factor : Conjugate(factor);
  }

  void Radix2(C* x) const {
    const C a = A::template Divide<2>(x[0]);
    const C b = A::Multiply(A::template Divide<2>(x[1]), Twiddle(0));
    x[0] = a + b;
    x[1] = a - b;
  }

  void Radix4(C* x, int32_t stride, const C (&factors)[3]) const {
    const C a = A::template Divide<4>(x[0]);
    const C b = A::Multiply(A::template Divide<4>(x[stride]), factors[0]);
    const C c = A::Multiply(A::template Divide<4>(x[2 * stride]), factors[1]);
    const C d = A::Multiply(A::template Divide<4>(x[3 * stride]), factors[2]);
    const C rotated = Quarter(b - d, inverse_);
    x[0] = (a + c) + (b + d);
    x[stride] = (a - c) + rotated;
    x[2 * stride] = (a + c) - (b + d);
    x[3 * stride] = (a - c) - rotated;
  }

  int32_t n_;
  Twiddles<T> twiddles_;
  bool inverse_;
  C* data_;
};

// Separates the spectrum of even and odd samples, as real and imaginary parts, in place: from n
// complex values to n + 1.
template <typename T>
void Separate(int32_t n, const Twiddles<T>& twiddles, Complex<T>* x) {
  using A = Arithmetic<T>;
  using C = Complex<T>;
  const C zero = A::template Divide<2>(x[0]);
  x[0] = {static_cast<T>(zero.re + zero.im), T{0}};
  x[n] = {static_cast<T>(zero.re - zero.im), T{0}};
  for (int32_t k = 1; k <= n / 2; ++k) {
    const C a = A::template Divide<2>(x[k]), b = A::template Divide<2>(Conjugate(x[n - k]));
    const C even = a + b;
    const C odd =
        A::Multiply(a - b, C{static_cast<T>(-twiddles.Sin(k)), static_cast<T>(-twiddles.Cos(k))});
    x[k] = {A::Half(even.re + odd.re), A::Half(even.im + odd.im)};
    x[n - k] = {A::Half(even.re - odd.re), A::Half(odd.im - even.im)};
  }
}

template <typename T>
void Forward(const T* input, int32_t size, int32_t length, const T* table, T* output) {
  const int32_t n = length / 2;
  const Twiddles<T> twiddles(length, table);
  auto* x = reinterpret_cast<Complex<T>*>(output);
  for (int32_t i = 0; i < n; ++i) {
    const int32_t at = 2 * i;
    x[FftPlaceOf(i, n)] = {at < size ? input[at] : T{0}, at + 1 < size ? input[at + 1] : T{0}};
  }
  ComplexFft<T>(n, twiddles, false, x).Run();
  Separate(n, twiddles, x);
}

template <typename T>
void Inverse(const T* input, int32_t length, const T* table, T* output) {
  using A = Arithmetic<T>;
  using C = Complex<T>;
  const int32_t n = length / 2;
  const Twiddles<T> twiddles(length, table);
  const auto* from = reinterpret_cast<const C*>(input);
  auto* x = reinterpret_cast<C*>(output);
  x[0] = A::template Divide<2>(
      C{static_cast<T>(from[0].re + from[n].re), static_cast<T>(from[0].re - from[n].re)});
  for (int32_t k = 1; k <= n / 2; ++k) {
    const C a = A::template Divide<2>(from[k]);
    const C b = A::template Divide<2>(Conjugate(from[n - k]));
    const C even = a + b;
    const C odd = A::Multiply(a - b, C{static_cast<T>(-twiddles.Sin(k)), twiddles.Cos(k)});
    x[FftPlaceOf(k, n)] = even + odd;
    x[FftPlaceOf(n - k, n)] = Conjugate(even - odd);
  }
  ComplexFft<T>(n, twiddles, true, x).Run();
}

}  // namespace

void RealFft(const int16_t* input, int32_t size, int32_t length, const int16_t* twiddles,
             int16_t* output) {
  Forward(input, size, length, twiddles, output);
}
void RealFft(const int32_t* input, int32_t size, int32_t length, const int32_t* twiddles,
             int32_t* output) {
  Forward(input, size, length, twiddles, output);
}
void RealFft(const float* input, int32_t size, int32_t length, const float* twiddles,
             float* output) {
  Forward(input, size, length, twiddles, output);
}

void InverseRealFft(const int16_t* input, int32_t length, const int16_t* twiddles,
                    int16_t* output) {
  Inverse(input, length, twiddles, output);
}
void InverseRealFft(const int32_t* input, int32_t length, const int32_t* twiddles,
                    int32_t* output) {
  Inverse(input, length, twiddles, output);
}
void InverseRealFft(const float* input, int32_t length, const float* twiddles, float* output) {
  Inverse(input, length, twiddles, output);
  const float scale = 1.0f / static_cast<float>(length);
  for (int32_t i = 0; i < length; ++i) output[i] *= scale;
}

}  // namespace millrace::micro::signal
