// Division of integers, where nothing is undefined: the least number by -1 wraps, and a zero
// divisor is found by HasZero before the loop.
#pragma once

#include <cstdint>
#include <type_traits>

#include "kernels/math/integer.h"

namespace millrace {

template <typename T>
const char* CheckDivisor(const T* y, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    if (y[i] == T(0)) return "Integer division by zero";
  }
  return nullptr;
}

template <typename T>
T IntegerQuotient(T x, T y) {
  if constexpr (std::is_signed_v<T>) {
    if (y == T(-1)) return WrappingSub(T(0), x);
  }
  return static_cast<T>(x / y);
}

template <typename T>
T IntegerRemainder(T x, T y) {
  if constexpr (std::is_signed_v<T>) {
    if (y == T(-1)) return 0;
  }
  return static_cast<T>(x % y);
}

}  // namespace millrace
