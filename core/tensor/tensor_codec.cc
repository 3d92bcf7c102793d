#include "core/tensor/tensor_codec.h"

#include <algorithm>
#include <complex>
#include <cstring>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/checked_math.h"
#include "core/base/status.h"
#include "core/tensor/encoded_variant.h"
#include "protos/resource_handle.pb.h"
#include "protos/tensor.pb.h"

namespace millrace {
namespace {

// A variant holds tensors, which may hold variants; each level is a call.
constexpr int kMaxDepth = 32;
// Protocol Buffers cannot write a message of 2 GiB; some room is left for what surrounds the
// elements.
constexpr size_t kMaxContentBytes = (size_t{2} << 30) - (size_t{1} << 20);
// A value that repeats to fill its shape may ask for more memory than the message has, but not for
// more than any machine has.
constexpr int64_t kMaxFilledBytes = int64_t{1} << 40;

absl::StatusOr<Tensor> Decode(const TensorProto& proto, int depth);
absl::Status Encode(const Tensor& tensor, bool compact, TensorProto* proto, int depth);

absl::Status Malformed(const TensorProto& proto, const Shape& shape, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("Malformed TensorProto of type ",
                                                 DTypeName(static_cast<DType>(proto.dtype())),
                                                 " and shape ", shape.ToString(), ": ", what));
}

// ---- Elements that are objects: resource handles and variants. ----

absl::StatusOr<ResourceHandle> HandleFromProto(const ResourceHandleProto& proto) {
  ResourceHandle handle;
  handle.device = proto.device();
  handle.container = proto.container();
  handle.name = proto.name();
  handle.type_name = proto.maybe_type_name();
  handle.incarnation = proto.hash_code();
  for (const auto& d : proto.dtypes_and_shapes()) {
    if (!IsValidDType(d.dtype())) {
      return absl::InvalidArgumentError(
          absl::StrCat("Resource handle '", proto.name(),
                       "' has a dtype that does not exist: ", static_cast<int>(d.dtype())));
    }
    MR_ASSIGN_OR_RETURN(PartialShape shape, PartialShapeFromProto(d.shape()));
    handle.dtypes_and_shapes.push_back({static_cast<DType>(d.dtype()), std::move(shape)});
  }
  return handle;
}

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

absl::StatusOr<Variant> VariantFromProto(const VariantTensorDataProto& proto, int depth) {
  if (proto.type_name().empty() && proto.tensors_size() == 0) return Variant();
  std::vector<Tensor> tensors;
  for (const TensorProto& t : proto.tensors()) {
    MR_ASSIGN_OR_RETURN(Tensor tensor, Decode(t, depth + 1));
    tensors.push_back(std::move(tensor));
  }
  return Variant(
      std::make_shared<EncodedVariant>(proto.type_name(), proto.metadata(), std::move(tensors)));
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

// ---- tensor_content ----

bool ReadVarint(absl::string_view* in, uint64_t* value) {
  *value = 0;
  for (int shift = 0; shift < 64 && !in->empty(); shift += 7) {
    const uint8_t byte = static_cast<uint8_t>(in->front());
    in->remove_prefix(1);
    *value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return true;
  }
  return false;
}

// The content of a tensor of objects: the length of each as a varint, then all their bytes.
absl::StatusOr<std::vector<absl::string_view>> SplitContent(const TensorProto& proto,
                                                            const Shape& shape) {
  absl::string_view in = proto.tensor_content();
  // Each element takes a byte at least, which bounds what a hostile shape can make us reserve.
  if (shape.num_elements() > static_cast<int64_t>(in.size())) {
    return Malformed(proto, shape, absl::StrCat("tensor_content has only ", in.size(), " bytes"));
  }
  std::vector<uint64_t> lengths(shape.num_elements());
  for (uint64_t& length : lengths) {
    if (!ReadVarint(&in, &length)) return Malformed(proto, shape, "tensor_content is cut short");
  }
  std::vector<absl::string_view> parts;
  parts.reserve(lengths.size());
  for (const uint64_t length : lengths) {
    if (length > in.size()) return Malformed(proto, shape, "tensor_content is cut short");
    parts.push_back(in.substr(0, length));
    in.remove_prefix(length);
  }
  if (!in.empty()) {
    return Malformed(proto, shape,
                     absl::StrCat("tensor_content has ", in.size(), " bytes too many"));
  }
  return parts;
}

absl::StatusOr<Tensor> DecodeObjectContent(const TensorProto& proto, const Shape& shape,
                                           int depth) {
  MR_ASSIGN_OR_RETURN(std::vector<absl::string_view> parts, SplitContent(proto, shape));
  const DType dtype = static_cast<DType>(proto.dtype());
  MR_ASSIGN_OR_RETURN(Tensor t, Tensor::Create(dtype, shape));
  for (size_t i = 0; i < parts.size(); ++i) {
    if (dtype == DType::kString) {
      t.mutable_data<std::string>()[i] = std::string(parts[i]);
    } else if (dtype == DType::kResource) {
      ResourceHandleProto handle;
      if (!handle.ParseFromArray(parts[i].data(), static_cast<int>(parts[i].size()))) {
        return Malformed(proto, shape, "tensor_content holds no resource handle");
      }
      MR_ASSIGN_OR_RETURN(t.mutable_data<ResourceHandle>()[i], HandleFromProto(handle));
    } else {
      VariantTensorDataProto variant;
      if (!variant.ParseFromArray(parts[i].data(), static_cast<int>(parts[i].size()))) {
        return Malformed(proto, shape, "tensor_content holds no variant");
      }
      MR_ASSIGN_OR_RETURN(t.mutable_data<Variant>()[i], VariantFromProto(variant, depth));
    }
  }
  return t;
}

absl::StatusOr<Tensor> DecodeContent(const TensorProto& proto, const Shape& shape, int depth) {
  const DType dtype = static_cast<DType>(proto.dtype());
  if (!IsTriviallyCopyable(dtype)) return DecodeObjectContent(proto, shape, depth);
  const std::string& content = proto.tensor_content();
  int64_t bytes;
  if (!CheckedMul(shape.num_elements(), static_cast<int64_t>(DTypeSize(dtype)), &bytes) ||
      static_cast<uint64_t>(bytes) != content.size()) {
    return Malformed(proto, shape, absl::StrCat("tensor_content has ", content.size(), " bytes"));
  }
  MR_ASSIGN_OR_RETURN(Tensor t, Tensor::Create(dtype, shape));
  if (dtype == DType::kBool) {  // A bool of another byte than 0 or 1 would be undefined.
    for (size_t i = 0; i < content.size(); ++i) t.mutable_data<bool>()[i] = content[i] != 0;
  } else {
    std::memcpy(t.mutable_raw_data(), content.data(), content.size());
  }
  return t;
}

// ---- The typed value fields. ----

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
constexpr int kEntriesPerValue = 1;
template <typename T>
constexpr int kEntriesPerValue<std::complex<T>> = 2;

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

template <typename T, typename Field>
absl::Status GetValue(const Field& field, int i, int depth, T* out) {
  if constexpr (std::is_same_v<T, half> || std::is_same_v<T, bfloat16>) {
    *out = T::FromBits(static_cast<uint16_t>(field.Get(i)));
  } else if constexpr (kEntriesPerValue<T> == 2) {
    *out = T(field.Get(2 * i), field.Get(2 * i + 1));
  } else if constexpr (std::is_same_v<T, ResourceHandle>) {
    MR_ASSIGN_OR_RETURN(*out, HandleFromProto(field.Get(i)));
  } else if constexpr (std::is_same_v<T, Variant>) {
    MR_ASSIGN_OR_RETURN(*out, VariantFromProto(field.Get(i), depth));
  } else {
    *out = static_cast<T>(field.Get(i));
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

// How many values are given. INVALID_ARGUMENT unless they fit `shape`, by number and by what
// filling it would take.
absl::StatusOr<int64_t> CountValues(const TensorProto& proto, const Shape& shape) {
  const DType dtype = static_cast<DType>(proto.dtype());
  int64_t count = 0;
  bool halves = false;
  MR_RETURN_IF_ERROR(VisitField(dtype, proto, [&](const auto& field, auto tag) {
    constexpr int kEntries = kEntriesPerValue<typename decltype(tag)::type>;
    count = field.size() / kEntries;
    halves = field.size() % kEntries != 0;
    return absl::OkStatus();
  }));
  if (halves) return Malformed(proto, shape, "a complex value lacks its imaginary part");
  // One value may stand for all elements of a shape, also of one that has none.
  const int64_t elements = shape.num_elements();
  if (count > elements && !(count == 1 && elements == 0)) {
    return Malformed(proto, shape,
                     absl::StrCat("there are ", count, " values for ", elements, " elements"));
  }
  int64_t bytes;
  if (!CheckedMul(elements, static_cast<int64_t>(DTypeSize(dtype)), &bytes) ||
      (count < elements && bytes > kMaxFilledBytes)) {
    return Malformed(proto, shape, "the shape is too large");
  }
  return count;
}

absl::StatusOr<Tensor> DecodeValues(const TensorProto& proto, const Shape& shape, int depth) {
  const DType dtype = static_cast<DType>(proto.dtype());
  MR_ASSIGN_OR_RETURN(const int64_t count, CountValues(proto, shape));
  MR_ASSIGN_OR_RETURN(Tensor tensor, Tensor::Create(dtype, shape));
  const int64_t elements = shape.num_elements();
  if (elements == 0) return tensor;
  MR_RETURN_IF_ERROR(VisitField(dtype, proto, [&](const auto& field, auto tag) {
    using T = typename decltype(tag)::type;
    T* out = tensor.mutable_data<T>();
    for (int64_t i = 0; i < count; ++i) {
      MR_RETURN_IF_ERROR(GetValue<T>(field, static_cast<int>(i), depth, &out[i]));
    }
    const T last = count > 0 ? out[count - 1] : T();
    std::fill(out + count, out + elements, last);
    return absl::OkStatus();
  }));
  return tensor;
}

absl::StatusOr<Tensor> Decode(const TensorProto& proto, int depth) {
  if (depth > kMaxDepth) {
    return absl::InvalidArgumentError("Variants in a TensorProto are nested too deeply");
  }
  if (!IsValidDType(proto.dtype()) || IsRef(static_cast<DType>(proto.dtype()))) {
    return absl::InvalidArgumentError(absl::StrCat(
        "A TensorProto has a dtype that a tensor cannot have: ", static_cast<int>(proto.dtype())));
  }
  MR_ASSIGN_OR_RETURN(Shape shape, ShapeFromProto(proto.tensor_shape()));
  return proto.tensor_content().empty() ? DecodeValues(proto, shape, depth)
                                        : DecodeContent(proto, shape, depth);
}

// ---- Writing ----

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
  if (depth > kMaxDepth) {
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

#undef MILLRACE_FOR_EACH_FIELD

}  // namespace

absl::StatusOr<Tensor> TensorFromProto(const TensorProto& proto) { return Decode(proto, 0); }

absl::Status TensorToProto(const Tensor& tensor, TensorProto* proto, bool compact) {
  return Encode(tensor, compact, proto, 0);
}

}  // namespace millrace
