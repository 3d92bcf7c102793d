// Gathering slices by index: the computation behind Gather, GatherV2 and ResourceGather.
#ifndef MILLRACE_KERNELS_ARRAY_GATHER_ROWS_H_
#define MILLRACE_KERNELS_ARRAY_GATHER_ROWS_H_

#include "absl/status/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "core/tensor/tensor.h"

namespace millrace {

// Output 0 = params with dimension `axis` replaced by the dimensions of `indices` beyond the first
// `batch_dims`: out[b, o, i, n] = params[b, o, indices[b, i], n], b over the first `batch_dims`
// dimensions, o over those before `axis`. INVALID_ARGUMENT for an index outside the axis, naming
// its place and value, and for shapes that do not fit.
absl::Status GatherRows(KernelContext& c, const Tensor& params, const Tensor& indices, int64_t axis,
                        int64_t batch_dims);

// The output's shape; `axis` unknown: of known rank at most.
absl::StatusOr<PartialShape> GatherShape(const PartialShape& params, const PartialShape& indices,
                                         std::optional<int64_t> axis, int64_t batch_dims);

// The gradient of a gather along dimension 0: the rows of `dy` at `indices` of a tensor of shape
// `dense_shape` (int32).
Gradient GatherRowsGradient(Builder& b, Output dy, Output indices, Output dense_shape);

}  // namespace millrace

#endif  // MILLRACE_KERNELS_ARRAY_GATHER_ROWS_H_
