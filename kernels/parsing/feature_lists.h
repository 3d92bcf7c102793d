// The feature lists of sequence examples as tensors: one list of features, its steps, a sequence.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/tensor/tensor.h"
#include "kernels/parsing/feature_columns.h"
#include "protos/example.pb.h"

namespace millrace {

// One feature list of each sequence of a batch; null where a sequence has it not.
struct FeatureListColumn {
  std::vector<const FeatureList*> lists;
  FeatureColumn steps;  // of all lists, one after the other

  static FeatureListColumn Of(absl::Span<const FeatureLists* const> sequences,
                              const std::string& key);
  int64_t Length(size_t i) const { return lists[i] == nullptr ? 0 : lists[i]->feature_size(); }
};

// Indices [n, 3] (sequence, step, place) and shape [3]; of a single sequence [n, 2] and [2].
absl::StatusOr<SparseTensors> SparseTensor(const FeatureListColumn& column, DType dtype,
                                           bool batched);

struct PaddedLists {
  Tensor values;   // [batch, most steps] + shape, or [steps] + shape; zeros where there are fewer
  Tensor lengths;  // steps: int64, [batch] or []
};
// INVALID_ARGUMENT for a step of another type or count of values, and, unless `may_miss`, where a
// sequence has no such list.
absl::StatusOr<PaddedLists> DenseLists(const FeatureListColumn& column, DType dtype,
                                       const Shape& shape, bool may_miss, bool batched);

// Where the steps of each sequence begin and end, [batch + 1], of type int32 or int64.
absl::StatusOr<Tensor> StepSplits(const FeatureListColumn& column, DType dtype);

}  // namespace millrace
