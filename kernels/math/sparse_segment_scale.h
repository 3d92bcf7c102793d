// What the SparseSegment ops and their gradients share.
#pragma once

#include <cmath>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/tensor/tensor.h"
#include "kernels/math/integer_at.h"

namespace millrace {

enum class SegmentScale { kSum, kMean, kSqrtN };

// The sum of `count` rows, or a gradient that goes to each of them, as the op scales it.
template <SegmentScale scale, typename A>
A ScaleSegment(A sum, int64_t count) {
  if constexpr (scale == SegmentScale::kMean) return sum / static_cast<A>(count);
  if constexpr (scale == SegmentScale::kSqrtN)
    return sum / static_cast<A>(std::sqrt(static_cast<double>(count)));
  return sum;
}

// Both are vectors of one length; ids do not decrease and are not negative.
inline absl::Status CheckSegments(const Tensor& indices, const Tensor& ids, bool sorted = true) {
  if (indices.rank() != 1 || ids.rank() != 1 || indices.dim(0) != ids.dim(0)) {
    return absl::InvalidArgumentError(
        absl::StrCat("segment_ids and indices should be vectors of the same size, not ",
                     ids.shape().ToString(), " and ", indices.shape().ToString()));
  }
  for (int64_t i = 0; i < ids.dim(0); ++i) {
    if (IntegerAt(ids, i) < 0) return absl::InvalidArgumentError("segment ids must be >= 0");
    if (sorted && i > 0 && IntegerAt(ids, i) < IntegerAt(ids, i - 1))
      return absl::InvalidArgumentError("segment ids are not increasing");
  }
  return absl::OkStatus();
}

// Elements of a row of a tensor of that shape.
inline int64_t RowSize(const Shape& shape) {
  int64_t row = 1;
  for (int d = 1; d < shape.rank(); ++d) row *= shape.dim(d);
  return row;
}

}  // namespace millrace
