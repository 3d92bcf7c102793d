// BroadcastTo: a tensor stretched to a shape as NumPy does.
#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/int_args.h"
#include "kernels/array/strided_copy.h"

namespace millrace {
namespace {

class BroadcastToKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& in = c.input(0);
    MR_ASSIGN_OR_RETURN(const Shape shape, ShapeArg(c.input(1), "shape"));
    const int lead = shape.rank() - in.rank();
    bool fits = lead >= 0;
    for (int d = 0; fits && d < in.rank(); ++d) {
      fits = in.dim(d) == 1 || in.dim(d) == shape.dim(lead + d);
    }
    if (!fits) {
      return absl::InvalidArgumentError(
          absl::StrCat("Incompatible shapes: ", in.shape().ToString(), " vs. ", shape.ToString()));
    }
    if (shape == in.shape()) {
      c.set_output(0, c.take_input(0));
      return absl::OkStatus();
    }
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    const DimVector src = RowMajorStrides(in.shape().dims()), dst = RowMajorStrides(shape.dims());
    StridedView view;
    for (int d = 0; d < shape.rank(); ++d) {
      const bool stretched = d < lead || in.dim(d - lead) == 1;
      view.AddDim(shape.dim(d), stretched ? 0 : src[d - lead], dst[d]);
    }
    StridedCopy(in.dtype(), view, in.raw_data(), out->mutable_raw_data(), c.pool());
    return absl::OkStatus();
  }
};

absl::Status BroadcastToShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(1, 1).status());
  MR_ASSIGN_OR_RETURN(PartialShape shape, c.input_as_shape(1));
  const PartialShape& in = c.input(0);
  if (shape.known_rank() && in.known_rank()) {
    const int lead = shape.rank() - in.rank();
    if (lead < 0) return c.Error(0, "has more dimensions than the shape to broadcast to");
    for (int d = 0; d < in.rank(); ++d) {
      if (in.dim(d) > 1)
        MR_RETURN_IF_ERROR(ShapeContext::MergeDim(in.dim(d), shape.dim(lead + d)).status());
    }
  }
  c.set_output(0, std::move(shape));
  return absl::OkStatus();
}

absl::StatusOr<Gradients> BroadcastToGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const DType index = b.dtype(op.input(1));
  const Output shape = b.Shape(op.input(0), index);
  const Outputs axes = b.Op("BroadcastGradientArgs", {shape, op.input(1)});
  if (!b.ok()) return b.status();
  return Gradients{b.Reshape(b.Sum(dy[0], axes[0]), shape), {}};
}

}  // namespace

absl::Status RegisterBroadcastTo(Registry& r) {
  return r.Add(Op("BroadcastTo")
                   .Input("input: T")
                   .Input("shape: Tidx")
                   .Output("output: T")
                   .Attr("T: type")
                   .Attr("Tidx: {int32, int64} = DT_INT32")
                   .Doc("The input stretched to `shape` by NumPy's rules.")
                   .Shape(BroadcastToShape)
                   .Gradient(BroadcastToGradient)
                   .Cpu<BroadcastToKernel>());
}

}  // namespace millrace
