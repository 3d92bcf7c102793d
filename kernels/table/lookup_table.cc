#include "kernels/table/lookup_table.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "kernels/array/elements.h"

namespace millrace {
namespace {

// Value i of `values`, with memory of its own.
absl::StatusOr<Tensor> ValueAt(const Tensor& values, int64_t i, const Shape& shape) {
  MR_ASSIGN_OR_RETURN(Tensor value, Tensor::Create(values.dtype(), shape));
  const int64_t n = shape.num_elements();
  CopyElements(values.dtype(), ElementAt(values, i * n), value.mutable_raw_data(), n);
  return value;
}

}  // namespace

LookupTable::LookupTable(DType value_dtype, Shape value_shape, const std::vector<Tensor>& reserved)
    : key_dtype_(reserved[0].dtype()),
      value_dtype_(value_dtype),
      value_shape_(std::move(value_shape)),
      fixed_(false),
      key_shape_(reserved[0].shape()),
      key_size_(std::max<int64_t>(1, reserved[0].num_elements())) {
  for (const Tensor& key : reserved) reserved_.insert(KeyBytes(key, 0));
}

std::string LookupTable::KeyBytes(const Tensor& keys, int64_t i) const {
  if (keys.dtype() == DType::kString && key_size_ == 1) return keys.data<std::string>()[i];
  if (keys.dtype() != DType::kString) {
    return std::string(static_cast<const char*>(ElementAt(keys, i * key_size_)),
                       DTypeSize(keys.dtype()) * key_size_);
  }
  std::string bytes;  // each element's size, then the element
  for (int64_t k = i * key_size_; k < (i + 1) * key_size_; ++k) {
    const std::string& element = keys.data<std::string>()[k];
    const uint64_t size = element.size();
    bytes.append(reinterpret_cast<const char*>(&size), sizeof(size));
    bytes.append(element);
  }
  return bytes;
}

void LookupTable::StoreKey(const std::string& bytes, Tensor* keys, int64_t i) const {
  if (key_dtype_ != DType::kString) {
    std::memcpy(MutableElementAt(*keys, i * key_size_), bytes.data(), bytes.size());
    return;
  }
  std::string* out = keys->mutable_data<std::string>() + i * key_size_;
  if (key_size_ == 1) {
    *out = bytes;
    return;
  }
  for (size_t at = 0; at < bytes.size(); ++out) {
    uint64_t size;
    std::memcpy(&size, bytes.data() + at, sizeof(size));
    *out = bytes.substr(at + sizeof(size), size);
    at += sizeof(size) + size;
  }
}

absl::StatusOr<std::string> LookupTable::KeyAt(const Tensor& keys, int64_t i) const {
  std::string bytes = KeyBytes(keys, i);
  if (!reserved_.contains(bytes)) return bytes;
  return absl::InvalidArgumentError(absl::StrCat(
      "Using the empty_key or deleted_key as a table key is not allowed, at position ", i));
}

absl::StatusOr<Shape> LookupTable::ValuesShape(const Shape& keys) const {
  const int batch = keys.rank() - key_shape_.rank();
  bool fits = batch >= 0;
  for (int d = 0; fits && d < key_shape_.rank(); ++d) {
    fits = keys.dim(batch + d) == key_shape_.dim(d);
  }
  if (!fits) {
    return absl::InvalidArgumentError(absl::StrCat(
        "Expected keys of shape [..., ", key_shape_.ToString(), "], got ", keys.ToString()));
  }
  DimVector dims(keys.dims().begin(), keys.dims().begin() + batch);
  dims.insert(dims.end(), value_shape_.dims().begin(), value_shape_.dims().end());
  return Shape::Create(dims);
}

absl::Status LookupTable::CheckEntries(const Tensor& keys, const Tensor* values) const {
  if (keys.dtype() != key_dtype_ || (values != nullptr && values->dtype() != value_dtype_)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "Conflicting key/value dtypes: the table maps ", DTypeName(key_dtype_), " to ",
        DTypeName(value_dtype_), ", got ", DTypeName(keys.dtype()),
        values == nullptr ? "" : " and ", values == nullptr ? "" : DTypeName(values->dtype())));
  }
  MR_ASSIGN_OR_RETURN(const Shape expected, ValuesShape(keys.shape()));
  if (values == nullptr) return absl::OkStatus();
  if (values->shape() == expected) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("Expected shape ", expected.ToString(),
                                                 " for values, got ", values->shape().ToString()));
}

absl::Status LookupTable::Initialize(const Tensor& keys, const Tensor& values) {
  if (!fixed_) return absl::InvalidArgumentError("only a HashTable has an initializer");
  MR_RETURN_IF_ERROR(CheckEntries(keys, &values));
  Map map;
  for (int64_t i = 0; i < NumKeys(keys); ++i) {
    MR_ASSIGN_OR_RETURN(Tensor value, ValueAt(values, i, value_shape_));
    const auto [at, is_new] = map.try_emplace(KeyBytes(keys, i), value);
    if (!is_new && !at->second.BitwiseEquals(value)) {
      return absl::FailedPreconditionError(
          absl::StrCat("HashTable has different value for same key, at position ", i));
    }
  }
  MutexLock lock(mu_);
  if (initialized_) {
    bool same = map.size() == map_.size();
    for (const auto& [key, value] : map) {
      const auto at = map_.find(key);
      same = same && at != map_.end() && at->second.BitwiseEquals(value);
    }
    if (same) return absl::OkStatus();
    return absl::FailedPreconditionError("Table was already initialized with different data.");
  }
  map_ = std::move(map);
  initialized_ = true;
  return absl::OkStatus();
}

absl::Status LookupTable::Insert(const Tensor& keys, const Tensor& values, bool clear) {
  // TensorFlow's newer initialisers import into a HashTable.
  if (fixed_ && clear) return Initialize(keys, values);
  if (fixed_) return absl::UnimplementedError("a HashTable is filled by its initializer only");
  MR_RETURN_IF_ERROR(CheckEntries(keys, &values));
  MutexLock lock(mu_);
  if (clear) map_.clear();
  for (int64_t i = 0; i < NumKeys(keys); ++i) {
    MR_ASSIGN_OR_RETURN(std::string key, KeyAt(keys, i));
    MR_ASSIGN_OR_RETURN(Tensor value, ValueAt(values, i, value_shape_));
    map_[std::move(key)] = std::move(value);
  }
  return absl::OkStatus();
}

absl::Status LookupTable::Remove(const Tensor& keys) {
  if (fixed_) return absl::UnimplementedError("nothing can be removed from a HashTable");
  MR_RETURN_IF_ERROR(CheckEntries(keys, nullptr));
  MutexLock lock(mu_);
  for (int64_t i = 0; i < NumKeys(keys); ++i) {
    MR_ASSIGN_OR_RETURN(const std::string key, KeyAt(keys, i));
    map_.erase(key);
  }
  return absl::OkStatus();
}

absl::StatusOr<Tensor> LookupTable::Find(const Tensor& keys, const Tensor& otherwise) const {
  MR_RETURN_IF_ERROR(CheckEntries(keys, nullptr));
  MR_ASSIGN_OR_RETURN(const Shape shape, ValuesShape(keys.shape()));
  const bool one_a_key = otherwise.shape() == shape && otherwise.shape() != value_shape_;
  if (otherwise.dtype() != value_dtype_ || (!one_a_key && otherwise.shape() != value_shape_)) {
    return absl::InvalidArgumentError(
        absl::StrCat("default_value must be ", DTypeName(value_dtype_), value_shape_.ToString(),
                     ", got ", DTypeName(otherwise.dtype()), otherwise.shape().ToString()));
  }
  MR_ASSIGN_OR_RETURN(Tensor out, Tensor::Create(value_dtype_, shape));
  const int64_t n = value_shape_.num_elements();
  MutexLock lock(mu_);
  if (fixed_ && !initialized_) return absl::FailedPreconditionError("Table not initialized.");
  for (int64_t i = 0; i < NumKeys(keys); ++i) {
    MR_ASSIGN_OR_RETURN(const std::string key, KeyAt(keys, i));
    const auto at = map_.find(key);
    const void* value =
        at != map_.end() ? at->second.raw_data() : ElementAt(otherwise, one_a_key ? i * n : 0);
    CopyElements(value_dtype_, value, MutableElementAt(out, i * n), n);
  }
  return out;
}

absl::StatusOr<std::pair<Tensor, Tensor>> LookupTable::Export() const {
  MutexLock lock(mu_);
  if (fixed_ && !initialized_) return absl::FailedPreconditionError("Table not initialized.");
  Shape key_shape = key_shape_;
  MR_RETURN_IF_ERROR(key_shape.InsertDim(0, static_cast<int64_t>(map_.size())));
  MR_ASSIGN_OR_RETURN(const Shape shape, ValuesShape(key_shape));
  MR_ASSIGN_OR_RETURN(Tensor keys, Tensor::Create(key_dtype_, key_shape));
  MR_ASSIGN_OR_RETURN(Tensor values, Tensor::Create(value_dtype_, shape));
  const int64_t n = value_shape_.num_elements();
  int64_t i = 0;
  for (const auto& [key, value] : map_) {
    StoreKey(key, &keys, i);
    CopyElements(value_dtype_, value.raw_data(), MutableElementAt(values, i * n), n);
    ++i;
  }
  return std::make_pair(std::move(keys), std::move(values));
}

int64_t LookupTable::size() const {
  MutexLock lock(mu_);
  return static_cast<int64_t>(map_.size());
}

}  // namespace millrace
