#include "kernels/sparse/feature_cross.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/checked_math.h"
#include "core/base/status.h"
#include "kernels/strings/string_hashes.h"

namespace millrace {
namespace {

// MurmurHash's multiplier and half of its mixing.
constexpr uint64_t kMultiplier = 0xc6a4a7935bd1e995u;
uint64_t Mix(uint64_t v) { return v ^ (v >> 47); }

}  // namespace

uint64_t ConcatFingerprints(uint64_t a, uint64_t b) {
  uint64_t joined = a ^ kMultiplier;
  joined ^= Mix(b * kMultiplier) * kMultiplier;
  joined *= kMultiplier;
  return Mix(Mix(joined) * kMultiplier);
}

absl::StatusOr<FeatureColumn> FeatureColumn::Dense(const Tensor& values) {
  if (values.rank() != 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("Dense inputs should be matrices but received ", values.shape().ToString()));
  }
  FeatureColumn column;
  column.values = &values;
  column.is_dense = true;
  for (int64_t row = 0; row <= values.dim(0); ++row) column.starts.push_back(row * values.dim(1));
  return column;
}

absl::StatusOr<FeatureColumn> FeatureColumn::Sparse(const Tensor& indices, const Tensor& values,
                                                    const Tensor& shape) {
  if (indices.rank() != 2 || indices.dim(1) != 2 || values.rank() != 1 || shape.rank() != 1 ||
      shape.dim(0) != 2 || indices.dim(0) != values.dim(0)) {
    return absl::InvalidArgumentError(
        absl::StrCat("Input indices, values and shape should be [n, 2], [n] and [2] but received ",
                     indices.shape().ToString(), ", ", values.shape().ToString(), " and ",
                     shape.shape().ToString()));
  }
  const int64_t rows = shape.data<int64_t>()[0];
  // Room for them is found out before so many counts are made.
  MR_ASSIGN_OR_RETURN(const Shape counts, Shape::Create({rows, int64_t{sizeof(int64_t)}}));
  MR_RETURN_IF_ERROR(Tensor::Create(DType::kUInt8, counts).status());
  FeatureColumn column;
  column.values = &values;
  column.starts.reserve(static_cast<size_t>(rows) + 1);
  int64_t at = 0;
  for (int64_t row = 0; row < rows; ++row) {
    column.starts.push_back(at);
    while (at < indices.dim(0) && indices.data<int64_t>()[2 * at] == row) ++at;
  }
  column.starts.push_back(at);
  return column;
}

std::string FeatureColumn::Text(int64_t i) const {
  return is_string() ? values->data<std::string>()[i] : absl::StrCat(values->data<int64_t>()[i]);
}

uint64_t FeatureColumn::Number(int64_t i) const {
  return is_string() ? FarmFingerprint(values->data<std::string>()[i])
                     : static_cast<uint64_t>(values->data<int64_t>()[i]);
}

absl::StatusOr<FeatureCrosses> FeatureCrosses::Create(std::vector<FeatureColumn> columns) {
  FeatureCrosses crosses;
  if (columns.empty()) return crosses;
  crosses.counts_.assign(static_cast<size_t>(columns[0].rows()), 1);
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].rows() != columns[0].rows()) {
      return absl::InvalidArgumentError(absl::StrCat("Expected batch size ", columns[0].rows(),
                                                     " got ", columns[i].rows(), " for column ",
                                                     i));
    }
    for (int64_t row = 0; row < columns[0].rows(); ++row) {
      int64_t& count = crosses.counts_[row];
      if (!CheckedMul(count, columns[i].starts[row + 1] - columns[i].starts[row], &count))
        return absl::InvalidArgumentError(absl::StrCat("row ", row, " has too many crosses"));
    }
  }
  for (const int64_t count : crosses.counts_) {
    if (!CheckedAdd(crosses.total_, count, &crosses.total_))
      return absl::InvalidArgumentError("there are too many crosses");
  }
  crosses.columns_ = std::move(columns);
  return crosses;
}

int64_t FeatureCrosses::most() const {
  return counts_.empty() ? 0 : *std::max_element(counts_.begin(), counts_.end());
}

void FeatureCrosses::ForEach(
    absl::FunctionRef<void(int64_t, int64_t, absl::Span<const int64_t>)> f) const {
  std::vector<int64_t> at(columns_.size());
  for (int64_t row = 0; row < rows(); ++row) {
    for (size_t i = 0; i < at.size(); ++i) at[i] = columns_[i].starts[row];
    for (int64_t k = 0; k < counts_[row]; ++k) {
      f(row, k, at);
      for (size_t i = at.size(); i-- > 0;) {
        if (++at[i] < columns_[i].starts[row + 1]) break;
        at[i] = columns_[i].starts[row];
      }
    }
  }
}

std::string FeatureCrosses::Join(absl::Span<const int64_t> at, absl::string_view separator) const {
  std::string text;
  for (size_t i = 0; i < at.size(); ++i)
    absl::StrAppend(&text, i == 0 ? "" : separator, columns_[i].Text(at[i]));
  return text;
}

uint64_t FeatureCrosses::Fingerprint(uint64_t key, absl::Span<const int64_t> at) const {
  for (size_t i = 0; i < at.size(); ++i) key = ConcatFingerprints(key, columns_[i].Number(at[i]));
  return key;
}

}  // namespace millrace
