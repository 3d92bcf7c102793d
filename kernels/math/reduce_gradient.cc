#include "kernels/math/reduce_gradient.h"

#include <optional>

#include "kernels/math/reduce.h"

namespace millrace {
namespace {

// shape(x) with 1 at `axes`, computed in the graph.
Output KeptShape(Builder& b, Output x, Output axes) {
  const Output shape = b.Shape(x), rank = b.Rank(x);
  const Output flat_axes = b.Reshape(b.Cast(axes, DType::kInt32), b.Ints({-1}));
  const Output positive = b.Op1("FloorMod", {b.Add(flat_axes, rank), rank});
  const Output every = b.Range(b.Scalar<int32_t>(0), rank, b.Scalar<int32_t>(1));
  return b.Op1("DynamicStitch", {every, positive, shape, b.OnesLike(positive)}, {{"N", 2}});
}

}  // namespace

Output RestoreReducedDims(Builder& b, Output value, Output x, Output axes, bool keep_dims) {
  if (keep_dims) return value;
  const std::optional<Tensor> known = b.value(axes);
  const PartialShape shape = b.shape(x);
  if (!known || !shape.known_rank()) return b.Reshape(value, KeptShape(b, x, axes));
  const auto reduced = ReductionAxes(*known, shape.rank());
  if (!reduced.ok()) {
    b.Fail(reduced.status());
    return value;
  }
  std::vector<int32_t> dims;
  int unknown = 0;
  for (int d = 0; d < shape.rank(); ++d) {
    dims.push_back((*reduced)[d] ? 1 : static_cast<int32_t>(shape.dim(d)));
    unknown += dims.back() < 0;
  }
  if (unknown <= 1) return b.Reshape(value, b.Ints(dims));  // -1 is worked out by Reshape
  for (int d = 0; d < shape.rank(); ++d) {
    if ((*reduced)[d]) value = b.ExpandDims(value, d);
  }
  return value;
}

}  // namespace millrace
