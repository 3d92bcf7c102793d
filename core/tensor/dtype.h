// Element types. Values are those of the DataType enum in TensorFlow's types.proto, so that a cast
// converts to and from the wire; a reference type (of a v1 variable) is the base type plus 100.
#ifndef MILLRACE_CORE_TENSOR_DTYPE_H_
#define MILLRACE_CORE_TENSOR_DTYPE_H_

#include <complex>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/tensor/float16.h"

namespace millrace {

enum class DType : uint8_t {
  kInvalid = 0,
  kFloat = 1,
  kDouble = 2,
  kInt32 = 3,
  kUInt8 = 4,
  kInt16 = 5,
  kInt8 = 6,
  kString = 7,
  kComplex64 = 8,
  kInt64 = 9,
  kBool = 10,
  kQInt8 = 11,
  kQUInt8 = 12,
  kQInt32 = 13,
  kBFloat16 = 14,
  kQInt16 = 15,
  kQUInt16 = 16,
  kUInt16 = 17,
  kComplex128 = 18,
  kHalf = 19,
  kResource = 20,
  kVariant = 21,
  kUInt32 = 22,
  kUInt64 = 23,
};
constexpr int kRefDTypeOffset = 100;

using DTypeVector = absl::InlinedVector<DType, 4>;

class ResourceHandle;
class Variant;

inline bool IsRef(DType t) { return static_cast<int>(t) > kRefDTypeOffset; }
inline DType BaseType(DType t) {
  return IsRef(t) ? static_cast<DType>(static_cast<int>(t) - kRefDTypeOffset) : t;
}
inline DType RefType(DType t) {
  return IsRef(t) ? t : static_cast<DType>(static_cast<int>(t) + kRefDTypeOffset);
}

// True for every value this engine can hold in a tensor (reference types included).
bool IsValidDType(int value);

// Bytes of one element in memory; for string, resource and variant the size of the element object.
// 0 for kInvalid.
size_t DTypeSize(DType t);

// True if elements are plain bytes: may be copied with memcpy, sent as raw bytes, compared bitwise.
bool IsTriviallyCopyable(DType t);

bool IsFloating(DType t);  // half, bfloat16, float, double
bool IsComplex(DType t);
bool IsInteger(DType t);  // signed and unsigned; not bool, not quantised
bool IsUnsigned(DType t);
bool IsQuantized(DType t);

// "float", "int32", "string", "float_ref", ... as TensorFlow prints them in attributes and
// messages.
std::string DTypeName(DType t);
// The inverse; also accepts "DT_FLOAT" and numpy's "float32", "float64", "float16".
// INVALID_ARGUMENT otherwise.
absl::StatusOr<DType> DTypeFromName(absl::string_view name);

// The distinct C++ types of the quantised dtypes are their storage integers; kernels for them ask
// the DType.
template <typename T>
struct DTypeTrait;
#define MILLRACE_DTYPE(cpp, value)                \
  template <>                                     \
  struct DTypeTrait<cpp> {                        \
    static constexpr DType kValue = DType::value; \
  };
MILLRACE_DTYPE(float, kFloat)
MILLRACE_DTYPE(double, kDouble)
MILLRACE_DTYPE(int32_t, kInt32)
MILLRACE_DTYPE(uint8_t, kUInt8)
MILLRACE_DTYPE(int16_t, kInt16)
MILLRACE_DTYPE(int8_t, kInt8)
MILLRACE_DTYPE(std::string, kString)
MILLRACE_DTYPE(std::complex<float>, kComplex64)
MILLRACE_DTYPE(int64_t, kInt64)
MILLRACE_DTYPE(bool, kBool)
MILLRACE_DTYPE(bfloat16, kBFloat16)
MILLRACE_DTYPE(uint16_t, kUInt16)
MILLRACE_DTYPE(std::complex<double>, kComplex128)
MILLRACE_DTYPE(half, kHalf)
MILLRACE_DTYPE(ResourceHandle, kResource)
MILLRACE_DTYPE(Variant, kVariant)
MILLRACE_DTYPE(uint32_t, kUInt32)
MILLRACE_DTYPE(uint64_t, kUInt64)
#undef MILLRACE_DTYPE

template <typename T>
inline constexpr DType kDTypeOf = DTypeTrait<T>::kValue;

}  // namespace millrace

#endif  // MILLRACE_CORE_TENSOR_DTYPE_H_
