// The shapes of sparse tensors as outputs.
#pragma once

#include "absl/status/status.h"
#include "core/graph/shape_inference.h"

namespace millrace {

// Shape function: the outputs are sparse tensors, the indices of all first, then their values, then
// their shapes.
inline absl::Status SparseOutputs(ShapeContext& c) {
  const int n = c.num_outputs() / 3;
  for (int i = 0; i < n; ++i) {
    c.set_output(i, PartialShape::UnknownOfRank(2));
    c.set_output(n + i, PartialShape::UnknownOfRank(1));
    c.set_output(2 * n + i, PartialShape::UnknownOfRank(1));
  }
  return absl::OkStatus();
}

}  // namespace millrace
