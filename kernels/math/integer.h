// Integer arithmetic that wraps instead of overflowing.
#pragma once

#include <type_traits>

namespace millrace {

namespace integer_internal {

// Operands as an unsigned type no narrower than unsigned int, so that no promotion makes them
// signed again.
template <typename T>
using Wide = std::common_type_t<std::make_unsigned_t<T>, unsigned>;

}  // namespace integer_internal

template <typename T>
T WrappingAdd(T x, T y) {
  using U = integer_internal::Wide<T>;
  return static_cast<T>(static_cast<U>(x) + static_cast<U>(y));
}

template <typename T>
T WrappingSub(T x, T y) {
  using U = integer_internal::Wide<T>;
  return static_cast<T>(static_cast<U>(x) - static_cast<U>(y));
}

template <typename T>
T WrappingMul(T x, T y) {
  using U = integer_internal::Wide<T>;
  return static_cast<T>(static_cast<U>(x) * static_cast<U>(y));
}

}  // namespace millrace
