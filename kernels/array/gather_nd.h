// Gathering slices by positions in several dimensions: the computation behind GatherNd and
// ResourceGatherNd.
#ifndef MILLRACE_KERNELS_ARRAY_GATHER_ND_H_
#define MILLRACE_KERNELS_ARRAY_GATHER_ND_H_

#include "absl/status/status.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "core/tensor/tensor.h"

namespace millrace {

// Output 0 [indices.shape[:-1] + params.shape[depth:]] = params[indices[..., :]]. INVALID_ARGUMENT
// for a position outside.
absl::Status GatherSlices(KernelContext& c, const Tensor& params, const Tensor& indices);
absl::StatusOr<PartialShape> GatherNdShape(const PartialShape& params, const PartialShape& indices);

}  // namespace millrace

#endif  // MILLRACE_KERNELS_ARRAY_GATHER_ND_H_
