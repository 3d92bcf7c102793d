#include "kernels/table/lookup_table.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "kernels/array/elements.h"

namespace millrace {
namespace {

std::string KeyBytes(const Tensor& keys, int64_t i) {
  if (keys.dtype() == DType::kString) return keys.data<std::string>()[i];
  return std::string(static_cast<const char*>(ElementAt(keys, i)), DTypeSize(keys.dtype()));
}

// Value i of `values`, with memory of its own.
absl::StatusOr<Tensor> ValueAt(const Tensor& values, int64_t i, const Shape& shape) {
  MR_ASSIGN_OR_RETURN(Tensor value, Tensor::Create(values.dtype(), shape));
  const int64_t n = shape.num_elements();
  CopyElements(values.dtype(), ElementAt(values, i * n), value.mutable_raw_data(), n);
  return value;
}

absl::StatusOr<Shape> ShapeOf(const Shape& keys, const Shape& value) {
  DimVector dims(keys.dims().begin(), keys.dims().end());
  dims.insert(dims.end(), value.dims().begin(), value.dims().end());
  return Shape::Create(dims);
}

}  // namespace

absl::Status LookupTable::CheckEntries(const Tensor& keys, const Tensor* values) const {
  if (keys.dtype() != key_dtype_ || (values != nullptr && values->dtype() != value_dtype_)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "Conflicting key/value dtypes: the table maps ", DTypeName(key_dtype_), " to ",
        DTypeName(value_dtype_), ", got ", DTypeName(keys.dtype()),
        values == nullptr ? "" : " and ", values == nullptr ? "" : DTypeName(values->dtype())));
  }
  if (values == nullptr) return absl::OkStatus();
  MR_ASSIGN_OR_RETURN(const Shape expected, ShapeOf(keys.shape(), value_shape_));
  if (values->shape() == expected) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("Expected shape ", expected.ToString(),
                                                 " for values, got ", values->shape().ToString()));
}

absl::Status LookupTable::Initialize(const Tensor& keys, const Tensor& values) {
  MR_RETURN_IF_ERROR(CheckEntries(keys, &values));
  Map map;
  for (int64_t i = 0; i < keys.num_elements(); ++i) {
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
  for (int64_t i = 0; i < keys.num_elements(); ++i) {
    MR_ASSIGN_OR_RETURN(Tensor value, ValueAt(values, i, value_shape_));
    map_[KeyBytes(keys, i)] = std::move(value);
  }
  return absl::OkStatus();
}

absl::Status LookupTable::Remove(const Tensor& keys) {
  if (fixed_) return absl::UnimplementedError("nothing can be removed from a HashTable");
  MR_RETURN_IF_ERROR(CheckEntries(keys, nullptr));
  MutexLock lock(mu_);
  for (int64_t i = 0; i < keys.num_elements(); ++i) map_.erase(KeyBytes(keys, i));
  return absl::OkStatus();
}

absl::StatusOr<Tensor> LookupTable::Find(const Tensor& keys, const Tensor& otherwise) const {
  MR_RETURN_IF_ERROR(CheckEntries(keys, nullptr));
  MR_ASSIGN_OR_RETURN(const Shape shape, ShapeOf(keys.shape(), value_shape_));
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
  for (int64_t i = 0; i < keys.num_elements(); ++i) {
    const auto at = map_.find(KeyBytes(keys, i));
    const void* value =
        at != map_.end() ? at->second.raw_data() : ElementAt(otherwise, one_a_key ? i * n : 0);
    CopyElements(value_dtype_, value, MutableElementAt(out, i * n), n);
  }
  return out;
}

absl::StatusOr<std::pair<Tensor, Tensor>> LookupTable::Export() const {
  MutexLock lock(mu_);
  if (fixed_ && !initialized_) return absl::FailedPreconditionError("Table not initialized.");
  const Shape key_shape({static_cast<int64_t>(map_.size())});
  MR_ASSIGN_OR_RETURN(const Shape shape, ShapeOf(key_shape, value_shape_));
  MR_ASSIGN_OR_RETURN(Tensor keys, Tensor::Create(key_dtype_, key_shape));
  MR_ASSIGN_OR_RETURN(Tensor values, Tensor::Create(value_dtype_, shape));
  const int64_t n = value_shape_.num_elements();
  int64_t i = 0;
  for (const auto& [key, value] : map_) {
    if (key_dtype_ == DType::kString) {
      keys.mutable_data<std::string>()[i] = key;
    } else {
      std::memcpy(MutableElementAt(keys, i), key.data(), key.size());
    }
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
