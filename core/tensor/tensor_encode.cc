#include <algorithm>
#include <complex>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/tensor/encoded_variant.h"
#include "core/tensor/tensor_codec.h"
#include "core/tensor/tensor_value_fields.h"
#include "protos/resource_handle.pb.h"
#include "protos/tensor.pb.h"

namespace millrace {
namespace {

using internal_tensor_codec::kEntriesPerValue;
using internal_tensor_codec::kMaxVariantDepth;
using internal_tensor_codec::VisitField;
using internal_tensor_codec::VisitMutableField;

// Protocol Buffers cannot write a message of 2 GiB; some room is left for what surrounds the
// elements.
constexpr size_t kMaxContentBytes = (size_t{2} << 30) - (size_t{1} << 20);

absl::Status Encode(const Tensor& tensor, bool compact, TensorProto* proto, int depth);

void HandleToProto(const ResourceHandle& handle, ResourceHandleProto* proto) {
  proto->set_device(handle.device);
  proto->set_container(handle.container);
  proto->set_name(handle.name);
  proto->set_maybe_type_name(handle.type_name);
  proto->set_hash_code(handle.incarnation);
  for (const auto& d : handle.dtypes_and_shapes) {
    auto* entry = proto->add_dtypes_and_shapes();
    entry->set_dtype(static_cast<DataType>(d.dtype));
    ShapeToProto(d.shape, entry->mutable_shape());
  }
}

absl::Status VariantToProto(const Variant& variant, VariantTensorDataProto* proto, int depth) {
  if (variant.empty()) return absl::OkStatus();
  std::vector<Tensor> tensors;
  if (!variant.value()->Encode(proto->mutable_metadata(), &tensors)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "A variant of type ", variant.value()->type_name(), " cannot leave its process"));
  }
  const EncodedVariant* encoded = variant.get<EncodedVariant>();
  proto->set_type_name(encoded != nullptr ? encoded->encoded_type()
                                          : std::string(variant.value()->type_name()));
  for (const Tensor& t : tensors) {
    MR_RETURN_IF_ERROR(Encode(t, /*compact=*/false, proto->add_tensors(), depth + 1));
  }
  return absl::OkStatus();
}

template <typename T, typename Field>
absl::Status AddValue(const T& value, int depth, Field* field) {
  if constexpr (std::is_same_v<T, half> || std::is_same_v<T, bfloat16>) {
    field->Add(value.bits);
  } else if constexpr (kEntriesPerValue<T> == 2) {
    field->Add(value.real());
    field->Add(value.imag());
  } else if constexpr (std::is_same_v<T, ResourceHandle>) {
    HandleToProto(value, field->Add());
  } else if constexpr (std::is_same_v<T, Variant>) {
    return VariantToProto(value, field->Add(), depth);
  } else if constexpr (std::is_same_v<T, std::string>) {
    *field->Add() = value;
  } else {
    field->Add(value);
  }
  return absl::OkStatus();
}

template <typename T>
bool SameBits(const T& a, const T& b) {
  return std::memcmp(&a, &b, sizeof(T)) == 0;
}
bool SameBits(const std::string& a, const std::string& b) { return a == b; }
bool SameBits(const ResourceHandle&, const ResourceHandle&) { return false; }
bool SameBits(const Variant&, const Variant&) { return false; }

// Elements that remain when the last value repeats: at least one, unless there is none.
int64_t WithoutRepeats(const Tensor& tensor) {
  const int64_t n = tensor.num_elements();
  int64_t kept = n;
  const TensorProto none;
  VisitField(tensor.dtype(), none, [&](const auto&, auto tag) {
    using T = typename decltype(tag)::type;
    const T* values = tensor.data<T>();
    while (kept > 1 && SameBits(values[kept - 2], values[n - 1])) --kept;
    return absl::OkStatus();
  }).IgnoreError();
  return kept;
}

// The most that a number takes in a value field: a negative one is a varint of ten bytes.
constexpr size_t kMaxValueBytes = 10;

// At most as many bytes as the first `count` elements take in their value field.
size_t ValueBytes(const Tensor& tensor, int64_t count) {
  if (tensor.dtype() != DType::kString) {
    return static_cast<size_t>(count) * std::max(DTypeSize(tensor.dtype()), kMaxValueBytes);
  }
  size_t total = 0;
  for (const std::string& s : tensor.flat<std::string>().subspan(0, count)) total += s.size() + 6;
  return total;
}

absl::Status Encode(const Tensor& tensor, bool compact, TensorProto* proto, int depth) {
  if (depth > kMaxVariantDepth) {
    return absl::InvalidArgumentError("Variants in a tensor are nested too deeply to be written");
  }
  proto->Clear();
  proto->set_dtype(static_cast<DataType>(tensor.dtype()));
  ShapeToProto(tensor.shape(), proto->mutable_tensor_shape());
  const int64_t elements = tensor.num_elements();
  const int64_t kept = compact && elements > 1 ? WithoutRepeats(tensor) : elements;
  const bool as_content = IsTriviallyCopyable(tensor.dtype()) && kept > 1 &&
                          kMaxValueBytes * static_cast<size_t>(kept) > tensor.bytes();
  const size_t bytes = as_content ? tensor.bytes() : ValueBytes(tensor, kept);
  if (bytes > kMaxContentBytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        "A ", DTypeName(tensor.dtype()), " tensor of shape ", tensor.shape().ToString(), " (",
        bytes, " bytes) does not fit in a TensorProto, which ends at 2 GiB"));
  }
  if (as_content) {
    proto->set_tensor_content(tensor.raw_data(), tensor.bytes());
    return absl::OkStatus();
  }
  return VisitMutableField(tensor.dtype(), proto, [&](auto* field, auto tag) {
    using T = typename decltype(tag)::type;
    field->Reserve(static_cast<int>(kept) * kEntriesPerValue<T>);
    for (int64_t i = 0; i < kept; ++i) {
      MR_RETURN_IF_ERROR(AddValue<T>(tensor.data<T>()[i], depth, field));
    }
    return absl::OkStatus();
  });
}

}  // namespace

absl::Status TensorToProto(const Tensor& tensor, TensorProto* proto, bool compact) {
  return Encode(tensor, compact, proto, 0);
}

}  // namespace millrace
