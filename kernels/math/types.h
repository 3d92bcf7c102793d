// Lists of element types, for registering one kernel a type.
#pragma once

#include <complex>
#include <cstdint>

#include "core/tensor/dtype.h"

namespace millrace {

using complex64 = std::complex<float>;
using complex128 = std::complex<double>;

template <typename... Ts>
struct Types {};

template <typename... Lists>
struct JoinTypes;
template <typename... Ts>
struct JoinTypes<Types<Ts...>> {
  using type = Types<Ts...>;
};
template <typename... Ts, typename... Us, typename... Rest>
struct JoinTypes<Types<Ts...>, Types<Us...>, Rest...> {
  using type = typename JoinTypes<Types<Ts..., Us...>, Rest...>::type;
};
template <typename... Lists>
using Join = typename JoinTypes<Lists...>::type;

using FloatingTypes = Types<half, bfloat16, float, double>;
using ComplexTypes = Types<complex64, complex128>;
using SignedTypes = Types<int8_t, int16_t, int32_t, int64_t>;
using UnsignedTypes = Types<uint8_t, uint16_t, uint32_t, uint64_t>;
using IntegerTypes = Join<SignedTypes, UnsignedTypes>;
using RealTypes = Join<FloatingTypes, IntegerTypes>;
using NumberTypes = Join<RealTypes, ComplexTypes>;
using FloatingAndComplexTypes = Join<FloatingTypes, ComplexTypes>;

template <typename T>
inline constexpr bool kIsNarrowFloat = std::is_same_v<T, half> || std::is_same_v<T, bfloat16>;
template <typename T>
inline constexpr bool kIsComplex = std::is_same_v<T, complex64> || std::is_same_v<T, complex128>;
// The type in which arithmetic on T is done: float for the 16-bit floats.
template <typename T>
using ArithmeticType = std::conditional_t<kIsNarrowFloat<T>, float, T>;

}  // namespace millrace
