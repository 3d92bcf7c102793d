// Elements as bytes: what ops that only move elements need to know of a dtype.
#ifndef MILLRACE_KERNELS_ARRAY_ELEMENTS_H_
#define MILLRACE_KERNELS_ARRAY_ELEMENTS_H_

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>

#include "core/tensor/dtype.h"
#include "core/tensor/resource_handle.h"
#include "core/tensor/tensor.h"
#include "core/tensor/variant.h"

namespace millrace {

struct Bytes16 {
  uint64_t words[2];
};

template <typename T>
struct TypeTag {
  using type = T;
};

// Calls f(TypeTag<T>()) with a T that copies as the dtype's elements do: an unsigned integer of the
// same width, or the element's own class. So one template serves all dtypes with eight instances.
template <typename F>
auto VisitStorage(DType dtype, F&& f) {
  switch (dtype) {
    case DType::kString:
      return f(TypeTag<std::string>());
    case DType::kResource:
      return f(TypeTag<ResourceHandle>());
    case DType::kVariant:
      return f(TypeTag<Variant>());
    default:
      break;
  }
  switch (DTypeSize(dtype)) {
    case 2:
      return f(TypeTag<uint16_t>());
    case 4:
      return f(TypeTag<uint32_t>());
    case 8:
      return f(TypeTag<uint64_t>());
    case 16:
      return f(TypeTag<Bytes16>());
    default:
      return f(TypeTag<uint8_t>());
  }
}

// Element `i` of a tensor of any dtype.
inline const void* ElementAt(const Tensor& t, int64_t i) {
  return static_cast<const char*>(t.raw_data()) + i * static_cast<int64_t>(DTypeSize(t.dtype()));
}
// REQUIRES: t.can_write().
inline void* MutableElementAt(Tensor& t, int64_t i) {
  return static_cast<char*>(t.mutable_raw_data()) + i * static_cast<int64_t>(DTypeSize(t.dtype()));
}

// Copies `n` elements to where elements are already (ranges do not overlap).
inline void CopyElements(DType dtype, const void* src, void* dst, int64_t n) {
  if (n <= 0) return;
  if (IsTriviallyCopyable(dtype)) {
    std::memcpy(dst, src, static_cast<size_t>(n) * DTypeSize(dtype));
    return;
  }
  VisitStorage(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    std::copy_n(static_cast<const T*>(src), n, static_cast<T*>(dst));
  });
}

// Makes `n` elements zero: 0, false, "", an empty handle or variant.
inline void ZeroElements(DType dtype, void* dst, int64_t n) {
  if (n <= 0) return;
  if (IsTriviallyCopyable(dtype)) {
    std::memset(dst, 0, static_cast<size_t>(n) * DTypeSize(dtype));
    return;
  }
  VisitStorage(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    std::fill_n(static_cast<T*>(dst), n, T());
  });
}

}  // namespace millrace

#endif  // MILLRACE_KERNELS_ARRAY_ELEMENTS_H_
