// Crosses of features: for each row of a batch every choice of one feature from each column.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "core/tensor/tensor.h"

namespace millrace {

// The features of row r are elements [starts[r], starts[r + 1]) of `values`, strings or int64.
// Refers to the tensors it was made of.
struct FeatureColumn {
  const Tensor* values = nullptr;
  std::vector<int64_t> starts;
  bool is_dense = false;

  // INVALID_ARGUMENT unless it is a matrix.
  static absl::StatusOr<FeatureColumn> Dense(const Tensor& values);
  // INVALID_ARGUMENT unless the parts are those of a sparse matrix. Elements whose rows do not
  // ascend, and all behind them, are left out.
  static absl::StatusOr<FeatureColumn> Sparse(const Tensor& indices, const Tensor& values,
                                              const Tensor& shape);

  int64_t rows() const { return static_cast<int64_t>(starts.size()) - 1; }
  bool is_string() const { return values->dtype() == DType::kString; }
  // As text: a number is written in decimal.
  std::string Text(int64_t i) const;
  // As a number: the fingerprint of a string, a number itself.
  uint64_t Number(int64_t i) const;
};

// Which crosses there are.
class FeatureCrosses {
 public:
  // INVALID_ARGUMENT unless all have the same number of rows and the crosses can be counted. Of no
  // columns there are no rows.
  static absl::StatusOr<FeatureCrosses> Create(std::vector<FeatureColumn> columns);

  const std::vector<FeatureColumn>& columns() const { return columns_; }
  int64_t rows() const { return static_cast<int64_t>(counts_.size()); }
  int64_t count(int64_t row) const { return counts_[row]; }
  int64_t total() const { return total_; }
  int64_t most() const;  // in a row

  // Calls f(row, number of the cross in its row, the elements of the columns) for each cross; the
  // choice from the last column changes first.
  void ForEach(absl::FunctionRef<void(int64_t, int64_t, absl::Span<const int64_t>)> f) const;

  // The features at these elements, as text.
  std::string Join(absl::Span<const int64_t> at, absl::string_view separator) const;
  // The features' numbers, appended to the fingerprint `key`.
  uint64_t Fingerprint(uint64_t key, absl::Span<const int64_t> at) const;

 private:
  std::vector<FeatureColumn> columns_;
  std::vector<int64_t> counts_;
  int64_t total_ = 0;
};

// The fingerprint of what `a` and then `b` are the fingerprints of, as TensorFlow's.
uint64_t ConcatFingerprints(uint64_t a, uint64_t b);
// A fingerprint as a feature: below `buckets`, or below the greatest int64 if that is 0.
inline int64_t BucketOf(uint64_t fingerprint, int64_t buckets) {
  return static_cast<int64_t>(fingerprint %
                              (buckets > 0 ? static_cast<uint64_t>(buckets) : INT64_MAX));
}

}  // namespace millrace
