// The value field of each dtype in TensorProto (tensor.proto), for those who read and write them.
#ifndef MILLRACE_CORE_TENSOR_TENSOR_VALUE_FIELDS_H_
#define MILLRACE_CORE_TENSOR_TENSOR_VALUE_FIELDS_H_

#include <complex>
#include <string>

#include "absl/status/status.h"
#include "core/tensor/tensor.h"
#include "protos/tensor.pb.h"

namespace millrace {
namespace internal_tensor_codec {

// A variant holds tensors, which may hold variants; each level is a call.
inline constexpr int kMaxVariantDepth = 32;

// The C++ type and the value field of each dtype. Fields of complex types hold two numbers a value.
#define MILLRACE_FOR_EACH_FIELD(X)                   \
  X(kFloat, float, float_val)                        \
  X(kDouble, double, double_val)                     \
  X(kInt32, int32_t, int_val)                        \
  X(kUInt8, uint8_t, int_val)                        \
  X(kInt16, int16_t, int_val)                        \
  X(kInt8, int8_t, int_val)                          \
  X(kString, std::string, string_val)                \
  X(kComplex64, std::complex<float>, scomplex_val)   \
  X(kInt64, int64_t, int64_val)                      \
  X(kBool, bool, bool_val)                           \
  X(kQInt8, int8_t, int_val)                         \
  X(kQUInt8, uint8_t, int_val)                       \
  X(kQInt32, int32_t, int_val)                       \
  X(kBFloat16, bfloat16, half_val)                   \
  X(kQInt16, int16_t, int_val)                       \
  X(kQUInt16, uint16_t, int_val)                     \
  X(kUInt16, uint16_t, int_val)                      \
  X(kComplex128, std::complex<double>, dcomplex_val) \
  X(kHalf, half, half_val)                           \
  X(kResource, ResourceHandle, resource_handle_val)  \
  X(kVariant, Variant, variant_val)                  \
  X(kUInt32, uint32_t, uint32_val)                   \
  X(kUInt64, uint64_t, uint64_val)

template <typename T>
inline constexpr int kEntriesPerValue = 1;
template <typename T>
inline constexpr int kEntriesPerValue<std::complex<T>> = 2;

template <typename T>
struct TypeTag {
  using type = T;
};

// Calls visit(field, TypeTag<T>()) with the field that holds values of `dtype`.
template <typename Visitor>
absl::Status VisitField(DType dtype, const TensorProto& proto, Visitor visit) {
  switch (dtype) {
#define MILLRACE_CASE(value, T, field) \
  case DType::value:                   \
    return visit(proto.field(), TypeTag<T>());
    MILLRACE_FOR_EACH_FIELD(MILLRACE_CASE)
#undef MILLRACE_CASE
    case DType::kInvalid:
      break;
  }
  return absl::InvalidArgumentError("A TensorProto of no type has no values");
}

template <typename Visitor>
absl::Status VisitMutableField(DType dtype, TensorProto* proto, Visitor visit) {
  switch (dtype) {
#define MILLRACE_CASE(value, T, field) \
  case DType::value:                   \
    return visit(proto->mutable_##field(), TypeTag<T>());
    MILLRACE_FOR_EACH_FIELD(MILLRACE_CASE)
#undef MILLRACE_CASE
    case DType::kInvalid:
      break;
  }
  return absl::InvalidArgumentError("An uninitialised tensor cannot be written to a TensorProto");
}

#undef MILLRACE_FOR_EACH_FIELD

}  // namespace internal_tensor_codec
}  // namespace millrace

#endif  // MILLRACE_CORE_TENSOR_TENSOR_VALUE_FIELDS_H_
