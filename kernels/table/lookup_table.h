// LookupTable: a map from keys to values, filled once or changed at will.
#ifndef MILLRACE_KERNELS_TABLE_LOOKUP_TABLE_H_
#define MILLRACE_KERNELS_TABLE_LOOKUP_TABLE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/mutex.h"
#include "core/runtime/resource.h"
#include "core/tensor/tensor.h"

namespace millrace {

// Thread-safe. A key is an integer or a string, or a tensor of such of `key_shape`; a value is a
// tensor of `value_shape`.
class LookupTable final : public Resource {
 public:
  static constexpr char kTypeName[] = "LookupTable";
  absl::string_view type_name() const override { return kTypeName; }

  // `fixed`: initialised once, then never changed.
  LookupTable(DType key_dtype, DType value_dtype, Shape value_shape, bool fixed)
      : key_dtype_(key_dtype),
        value_dtype_(value_dtype),
        value_shape_(std::move(value_shape)),
        fixed_(fixed) {}

  // A table that steps may change, whose keys have a shape; the `reserved` ones are no keys.
  LookupTable(DType value_dtype, Shape value_shape, const std::vector<Tensor>& reserved);

  DType key_dtype() const { return key_dtype_; }
  DType value_dtype() const { return value_dtype_; }
  const Shape& value_shape() const { return value_shape_; }

  // Fills a fixed table. FAILED_PRECONDITION if a key comes with two values, or if it holds other
  // entries already.
  absl::Status Initialize(const Tensor& keys, const Tensor& values);
  // Adds and replaces. With `clear`, all entries before go. On a fixed table the latter is
  // Initialize, the former UNIMPLEMENTED.
  absl::Status Insert(const Tensor& keys, const Tensor& values, bool clear);
  absl::Status Remove(const Tensor& keys);
  // For each key its value or `otherwise`: one value for all keys, or one a key.
  // FAILED_PRECONDITION before Initialize.
  absl::StatusOr<Tensor> Find(const Tensor& keys, const Tensor& otherwise) const;
  // All keys, and their values in the same order.
  absl::StatusOr<std::pair<Tensor, Tensor>> Export() const;
  int64_t size() const;

 private:
  using Map = absl::flat_hash_map<std::string, Tensor>;

  absl::Status CheckEntries(const Tensor& keys, const Tensor* values) const;
  // Key i of `keys` as bytes. INVALID_ARGUMENT for a reserved one.
  absl::StatusOr<std::string> KeyAt(const Tensor& keys, int64_t i) const;
  std::string KeyBytes(const Tensor& keys, int64_t i) const;
  void StoreKey(const std::string& bytes, Tensor* keys, int64_t i) const;
  // How many keys there are.
  int64_t NumKeys(const Tensor& keys) const { return keys.num_elements() / key_size_; }
  absl::StatusOr<Shape> ValuesShape(const Shape& keys) const;

  const DType key_dtype_, value_dtype_;
  const Shape value_shape_;
  const bool fixed_;
  const Shape key_shape_;
  const int64_t key_size_ = 1;  // elements
  absl::flat_hash_set<std::string> reserved_;
  mutable Mutex mu_;
  Map map_ ABSL_GUARDED_BY(mu_);
  bool initialized_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace millrace

#endif  // MILLRACE_KERNELS_TABLE_LOOKUP_TABLE_H_
