// The gradients of the segment ops, sorted (data, ids) and unsorted (data, ids, num_segments).
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "core/graph/gradient.h"

namespace millrace {

absl::StatusOr<Gradients> SegmentSumGradient(Builder& b, const OpView& op, const Gradients& dy);
absl::StatusOr<Gradients> SegmentMeanGradient(Builder& b, const OpView& op, const Gradients& dy);
absl::StatusOr<Gradients> SegmentProdGradient(Builder& b, const OpView& op, const Gradients& dy);
// Minimum and maximum: shared equally by the rows that have it.
absl::StatusOr<Gradients> SegmentExtremeGradient(Builder& b, const OpView& op, const Gradients& dy);

}  // namespace millrace
