// Combining slices of a tensor with updates, by index: the computation behind ScatterNd,
// TensorScatter..., and the scatter ops on variables.
#ifndef MILLRACE_KERNELS_ARRAY_SCATTER_H_
#define MILLRACE_KERNELS_ARRAY_SCATTER_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/tensor/shape.h"
#include "core/tensor/tensor.h"

namespace millrace {

enum class ScatterOp { kUpdate, kAdd, kSub, kMul, kDiv, kMin, kMax };

// Slices of one size in a tensor, by where they begin (in elements). In the order of the indices;
// one may come twice.
struct ScatterTargets {
  std::vector<int64_t> offsets;
  int64_t slice = 1;
  Shape updates_shape;  // what the updates must look like
};

// `indices` (int16, int32, int64 of any shape) name rows of a tensor of this shape.
// INVALID_ARGUMENT for one outside.
absl::StatusOr<ScatterTargets> RowTargets(const Tensor& indices, const Shape& shape);
// The last dimension of `indices` holds positions in the first dimensions of the tensor.
// INVALID_ARGUMENT for one outside, naming it.
absl::StatusOr<ScatterTargets> NdTargets(const Tensor& indices, const Shape& shape);

// target[slice i] = target[slice i] op updates[i], one after the other. `updates` has
// targets.updates_shape, or is a scalar that serves everywhere if `allow_scalar`. INVALID_ARGUMENT
// for another shape, for an op that the dtype does not have, and for integer division by zero
// (found before anything is written). REQUIRES: target.can_write(), same dtypes.
absl::Status Scatter(ScatterOp op, const ScatterTargets& targets, const Tensor& updates,
                     bool allow_scalar, Tensor& target);

}  // namespace millrace

#endif  // MILLRACE_KERNELS_ARRAY_SCATTER_H_
