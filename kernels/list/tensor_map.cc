#include "kernels/list/tensor_map.h"

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/tensor/encoded_variant.h"

namespace millrace {
namespace {

void AppendNumber(int64_t n, std::string* out) {
  out->append(reinterpret_cast<const char*>(&n), sizeof(n));
}

absl::Status NoMap(int i, const Tensor& t) {
  return absl::InvalidArgumentError(
      absl::StrCat("Input ", i, " is no map of tensors: ", t.DebugString()));
}

}  // namespace

std::string TensorMap::DebugString() const {
  return absl::StrCat("TensorMap of ", entries.size(), " entries");
}

bool TensorMap::Encode(std::string* metadata, std::vector<Tensor>* tensors) const {
  metadata->clear();
  tensors->clear();
  for (const auto& [place, entry] : entries) {
    tensors->push_back(entry.key);
    tensors->push_back(entry.value);
  }
  return true;
}

absl::StatusOr<std::shared_ptr<TensorMap>> TensorMap::Decode(const std::vector<Tensor>& tensors) {
  if (tensors.size() % 2 != 0)
    return absl::InvalidArgumentError("A map of tensors has a key without a value");
  auto map = std::make_shared<TensorMap>();
  for (size_t i = 0; i < tensors.size(); i += 2) {
    MR_ASSIGN_OR_RETURN(std::string place, Place(tensors[i]));
    map->entries[std::move(place)] = {tensors[i], tensors[i + 1]};
  }
  return map;
}

absl::StatusOr<std::string> TensorMap::Place(const Tensor& key) {
  std::string place(1, static_cast<char>(key.dtype()));
  AppendNumber(key.rank(), &place);
  for (const int64_t d : key.shape().dims()) AppendNumber(d, &place);
  if (IsTriviallyCopyable(key.dtype())) {
    place.append(static_cast<const char*>(key.raw_data()), key.bytes());
    return place;
  }
  if (key.dtype() != DType::kString) {
    return absl::InvalidArgumentError(
        absl::StrCat("A key of a map cannot be of type ", DTypeName(key.dtype())));
  }
  for (const std::string& s : key.flat<std::string>()) {
    AppendNumber(static_cast<int64_t>(s.size()), &place);
    place.append(s);
  }
  return place;
}

absl::StatusOr<const TensorMap*> MapInput(const KernelContext& c, int i,
                                          std::shared_ptr<TensorMap>* decoded) {
  const Tensor& t = c.input(i);
  if (t.dtype() != DType::kVariant || t.num_elements() != 1) return NoMap(i, t);
  const Variant& variant = t.scalar<Variant>();
  if (const TensorMap* map = variant.get<TensorMap>()) return map;
  const auto* encoded = variant.get<EncodedVariant>();
  if (encoded == nullptr || encoded->encoded_type() != TensorMap::kTypeName) return NoMap(i, t);
  MR_ASSIGN_OR_RETURN(*decoded, TensorMap::Decode(encoded->tensors()));
  return decoded->get();
}

absl::StatusOr<TensorMap*> ForwardMap(KernelContext& c) {
  std::shared_ptr<TensorMap> decoded;
  MR_RETURN_IF_ERROR(MapInput(c, 0, &decoded).status());
  if (decoded != nullptr) {
    TensorMap* const map = decoded.get();
    c.set_output(0, Tensor::Scalar(Variant(std::move(decoded))));
    return map;
  }
  Tensor t = c.take_input(0);
  if (!t.can_write()) t = Tensor::Scalar(t.scalar<Variant>());
  c.set_output(0, std::move(t));
  return c.mutable_output(0)->mutable_data<Variant>()->MutableOrCopy<TensorMap>();
}

}  // namespace millrace
