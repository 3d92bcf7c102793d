// GatherNd.
#include "kernels/array/gather_nd.h"

#include <algorithm>

#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/elements.h"
#include "kernels/array/scatter.h"

namespace millrace {

absl::Status GatherSlices(KernelContext& c, const Tensor& params, const Tensor& indices) {
  MR_ASSIGN_OR_RETURN(const ScatterTargets slices, NdTargets(indices, params.shape()));
  Tensor* out;
  MR_RETURN_IF_ERROR(c.allocate_output(0, slices.updates_shape, &out));
  if (slices.slice == 0) return absl::OkStatus();
  VisitStorage(params.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* from = params.data<T>();
    T* to = out->mutable_data<T>();
    const int64_t n = slices.slice;
    const int64_t grain = std::max<int64_t>(1, (1 << 15) / (n * static_cast<int64_t>(sizeof(T))));
    c.pool()->ParallelFor(static_cast<int64_t>(slices.offsets.size()), grain,
                          [&](int64_t begin, int64_t end) {
                            for (int64_t i = begin; i < end; ++i) {
                              std::copy_n(from + slices.offsets[i], n, to + i * n);
                            }
                          });
  });
  return absl::OkStatus();
}

absl::StatusOr<PartialShape> GatherNdShape(const PartialShape& params,
                                           const PartialShape& indices) {
  if (!params.known_rank() || !indices.known_rank()) return PartialShape();
  if (indices.rank() < 1)
    return absl::InvalidArgumentError("indices must have at least one dimension");
  const int64_t depth = indices.dim(indices.rank() - 1);
  if (depth < 0) return PartialShape();
  if (depth > params.rank()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "indices.shape[-1] must be <= params.rank, but saw indices shape: ", indices.ToString(),
        " and params shape: ", params.ToString()));
  }
  DimVector dims(indices.dims().begin(), indices.dims().end() - 1);
  dims.insert(dims.end(), params.dims().begin() + depth, params.dims().end());
  return PartialShape::Create(dims);
}

namespace {

class GatherNdKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor &params = c.input(0), &indices = c.input(1);
    if (params.rank() == 0) return absl::InvalidArgumentError("params must be at least a vector");
    MR_ASSIGN_OR_RETURN(const ScatterTargets slices, NdTargets(indices, params.shape()));
    if (params.num_elements() == 0 && !slices.offsets.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("Requested ", slices.offsets.size(),
                       " entries of params, which is empty: ", params.shape().ToString()));
    }
    return GatherSlices(c, params, indices);
  }
};

absl::Status ShapeOfGatherNd(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(PartialShape out, GatherNdShape(c.input(0), c.input(1)));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::StatusOr<Gradients> GatherNdGradient(Builder& b, const OpView& op, const Gradients& dy) {
  DType index = b.dtype(op.input(1));
  if (index == DType::kInt16) index = DType::kInt32;
  const Output indices = b.Cast(op.input(1), index);
  return Gradients{b.Op1("ScatterNd", {indices, dy[0], b.Shape(op.input(0), index)}), {}};
}

}  // namespace

absl::Status RegisterGatherNd(Registry& r) {
  return r.Add(
      Op("GatherNd")
          .Input("params: Tparams")
          .Input("indices: Tindices")
          .Output("output: Tparams")
          .Attr("Tparams: type")
          .Attr("Tindices: {int16, int32, int64}")
          .Attr("bad_indices_policy: string = ''")
          .Doc("Slices of `params` at the positions that the last dimension of `indices` holds.")
          .Shape(ShapeOfGatherNd)
          .Gradient(GatherNdGradient)
          .Cpu<GatherNdKernel>());
}

}  // namespace millrace
