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
#include "core/tensor/tensor_codec.h"
#include "core/tensor/tensor_value_fields.h"
#include "protos/resource_handle.pb.h"
#include "protos/tensor.pb.h"

namespace millrace {
namespace {

using internal_tensor_codec::kEntriesPerValue;
using internal_tensor_codec::kMaxVariantDepth;
using internal_tensor_codec::VisitField;

// A value that repeats to fill its shape may ask for more memory than the message has, but not for
// more than any machine has.
constexpr int64_t kMaxFilledBytes = int64_t{1} << 40;

absl::StatusOr<Tensor> Decode(const TensorProto& proto, int depth);

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
  if (depth > kMaxVariantDepth) {
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

}  // namespace

absl::StatusOr<Tensor> TensorFromProto(const TensorProto& proto) { return Decode(proto, 0); }

}  // namespace millrace
