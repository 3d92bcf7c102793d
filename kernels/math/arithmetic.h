// +, - and * as kernels want them: integers wrap, complex numbers multiply without the checks for
// infinities that the C++ standard library makes.
#pragma once

#include "kernels/math/integer.h"
#include "kernels/math/types.h"

namespace millrace {

template <typename T>
T Plus(T x, T y) {
  if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
    return WrappingAdd(x, y);
  } else {
    return static_cast<T>(x + y);
  }
}

template <typename T>
T Minus(T x, T y) {
  if constexpr (std::is_integral_v<T>) {
    return WrappingSub(x, y);
  } else {
    return static_cast<T>(x - y);
  }
}

template <typename T>
T Times(T x, T y) {
  if constexpr (kIsComplex<T>) {
    return T(x.real() * y.real() - x.imag() * y.imag(), x.real() * y.imag() + x.imag() * y.real());
  } else if constexpr (std::is_integral_v<T>) {
    return WrappingMul(x, y);
  } else {
    return static_cast<T>(x * y);
  }
}

template <typename T>
T Conjugate(T x) {
  if constexpr (kIsComplex<T>) {
    return std::conj(x);
  } else {
    return x;
  }
}

}  // namespace millrace
