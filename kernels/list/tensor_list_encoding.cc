// TensorList to and from the bytes that TensorFlow writes for it. Metadata: varints (the number of
// elements that are not initialised, the position of each, dtype, limit), then the element shape as
// a TensorShapeProto message.
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "kernels/list/tensor_list.h"

namespace millrace {
namespace {

// Tags of TensorShapeProto (tensor_shape.proto): dim = 2 with size = 1, unknown_rank = 3.
constexpr uint64_t kDimTag = 2 << 3 | 2, kSizeTag = 1 << 3, kUnknownRankTag = 3 << 3;

void PutVarint(uint64_t v, std::string* out) {
  for (; v >= 0x80; v >>= 7) out->push_back(static_cast<char>(v | 0x80));
  out->push_back(static_cast<char>(v));
}

bool TakeVarint(absl::string_view* in, uint64_t* v) {
  *v = 0;
  for (int shift = 0; shift < 64 && !in->empty(); shift += 7) {
    const auto byte = static_cast<uint8_t>(in->front());
    in->remove_prefix(1);
    *v |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

void PutShape(const PartialShape& shape, std::string* out) {
  if (!shape.known_rank()) {
    PutVarint(kUnknownRankTag, out);
    PutVarint(1, out);
    return;
  }
  for (const int64_t size : shape.dims()) {
    std::string dim;
    if (size != 0) {
      PutVarint(kSizeTag, &dim);
      PutVarint(static_cast<uint64_t>(size), &dim);
    }
    PutVarint(kDimTag, out);
    PutVarint(dim.size(), out);
    out->append(dim);
  }
}

// The size in a Dim message; its other field is a name of no meaning here.
bool TakeSize(absl::string_view dim, int64_t* size) {
  *size = 0;
  while (!dim.empty()) {
    uint64_t tag, v;
    if (!TakeVarint(&dim, &tag) || !TakeVarint(&dim, &v)) return false;
    if (tag == kSizeTag) {
      *size = static_cast<int64_t>(v);
    } else if ((tag & 7) == 2 && v <= dim.size()) {
      dim.remove_prefix(v);
    } else {
      return false;
    }
  }
  return true;
}

absl::StatusOr<PartialShape> TakeShape(absl::string_view in) {
  const absl::Status malformed = absl::InvalidArgumentError("A list's element shape is malformed");
  DimVector dims;
  while (!in.empty()) {
    uint64_t tag, v;
    if (!TakeVarint(&in, &tag) || !TakeVarint(&in, &v)) return malformed;
    if (tag == kUnknownRankTag) {
      if (v != 0) return PartialShape::Unknown();
      continue;
    }
    int64_t size;
    if (tag != kDimTag || v > in.size() || !TakeSize(in.substr(0, v), &size)) return malformed;
    in.remove_prefix(v);
    dims.push_back(size);
  }
  return PartialShape::Create(dims);
}

}  // namespace

bool TensorList::Encode(std::string* metadata, std::vector<Tensor>* out) const {
  metadata->clear();
  out->clear();
  std::vector<size_t> unset;
  for (size_t i = 0; i < tensors.size(); ++i) {
    if (tensors[i].initialized()) {
      out->push_back(tensors[i]);
    } else {
      unset.push_back(i);
    }
  }
  PutVarint(unset.size(), metadata);
  for (const size_t i : unset) PutVarint(i, metadata);
  PutVarint(static_cast<uint64_t>(element_dtype), metadata);
  PutVarint(static_cast<uint64_t>(max_num_elements), metadata);
  PutShape(element_shape, metadata);
  return true;
}

absl::StatusOr<std::shared_ptr<TensorList>> TensorList::Decode(absl::string_view metadata,
                                                               std::vector<Tensor> in) {
  const absl::Status malformed = absl::InvalidArgumentError("A list of tensors is malformed");
  uint64_t num_unset;
  // Each position takes a byte at least.
  if (!TakeVarint(&metadata, &num_unset) || num_unset > metadata.size()) return malformed;
  auto list = std::make_shared<TensorList>();
  list->tensors.resize(in.size() + num_unset);
  std::vector<bool> is_unset(list->tensors.size());
  for (uint64_t k = 0; k < num_unset; ++k) {
    uint64_t i;
    if (!TakeVarint(&metadata, &i) || i >= is_unset.size() || is_unset[i]) return malformed;
    is_unset[i] = true;
  }
  uint64_t dtype, limit;
  if (!TakeVarint(&metadata, &dtype) || !TakeVarint(&metadata, &limit) || dtype > 255 ||
      !IsValidDType(static_cast<int>(dtype))) {
    return malformed;
  }
  list->element_dtype = static_cast<DType>(dtype);
  list->max_num_elements = static_cast<int64_t>(limit);
  MR_ASSIGN_OR_RETURN(list->element_shape, TakeShape(metadata));
  size_t next = 0;
  for (size_t i = 0; i < is_unset.size(); ++i) {
    if (is_unset[i]) continue;
    MR_RETURN_IF_ERROR(CheckElement(*list, in[next]));
    list->tensors[i] = std::move(in[next++]);
  }
  return list;
}

}  // namespace millrace
