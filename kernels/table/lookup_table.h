// LookupTable: a map from keys to values, filled once or changed at will.
#ifndef MILLRACE_KERNELS_TABLE_LOOKUP_TABLE_H_
#define MILLRACE_KERNELS_TABLE_LOOKUP_TABLE_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/mutex.h"
#include "core/runtime/resource.h"
#include "core/tensor/tensor.h"

namespace millrace {

// Thread-safe. Keys are integers or strings; a value is a tensor of `value_shape`.
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

  const DType key_dtype_, value_dtype_;
  const Shape value_shape_;
  const bool fixed_;
  mutable Mutex mu_;
  Map map_ ABSL_GUARDED_BY(mu_);
  bool initialized_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace millrace

#endif  // MILLRACE_KERNELS_TABLE_LOOKUP_TABLE_H_
