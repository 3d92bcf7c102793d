// Pack: N tensors of one shape along a new axis.
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

class PackKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("axis", &axis_); }
  absl::Status Compute(KernelContext& c) override {
    const int n = c.num_inputs();
    Shape shape = c.input(0).shape();
    for (int i = 1; i < n; ++i) {
      if (c.input(i).shape() != shape) {
        return absl::InvalidArgumentError(
            absl::StrCat("Shapes of all inputs must match: values[0].shape = ", shape.ToString(),
                         " != values[", i, "].shape = ", c.input(i).shape().ToString()));
      }
    }
    MR_ASSIGN_OR_RETURN(const int axis, AxisArg(axis_, shape.rank() + 1, "axis"));
    int64_t outer = 1;
    for (int d = 0; d < axis; ++d) outer *= shape.dim(d);
    const int64_t inner = outer == 0 ? 0 : shape.num_elements() / outer;
    MR_RETURN_IF_ERROR(shape.InsertDim(axis, n));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    for (int i = 0; i < n; ++i) {
      StridedView view;
      view.AddDim(outer, inner, inner * n);
      view.AddDim(inner, 1, 1);
      view.dst_offset = i * inner;
      StridedCopy(out->dtype(), view, c.input(i).raw_data(), out->mutable_raw_data(), c.pool());
    }
    return absl::OkStatus();
  }

 private:
  int64_t axis_;
};

absl::Status PackShape(ShapeContext& c) {
  int64_t axis;
  MR_RETURN_IF_ERROR(c.GetAttr("axis", &axis));
  PartialShape shape = c.input(0);
  for (int i = 1; i < c.num_inputs(); ++i) {
    absl::StatusOr<PartialShape> merged = shape.MergeWith(c.input(i));
    if (!merged.ok()) return c.Error(i, merged.status().message());
    shape = *std::move(merged);
  }
  if (!shape.known_rank()) return absl::OkStatus();
  MR_ASSIGN_OR_RETURN(const int at, AxisArg(axis, shape.rank() + 1, "axis"));
  DimVector dims(shape.dims().begin(), shape.dims().end());
  dims.insert(dims.begin() + at, c.num_inputs());
  MR_ASSIGN_OR_RETURN(PartialShape out, PartialShape::Create(dims));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::StatusOr<Gradients> PackGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Outputs parts =
      b.Op("Unpack", {dy[0]},
           {{"num", static_cast<int64_t>(op.num_inputs())}, {"axis", op.attr<int64_t>("axis")}});
  return Gradients(parts.begin(), parts.end());
}

}  // namespace

absl::Status RegisterPack(Registry& r) {
  return r.Add(Op("Pack")
                   .Input("values: N * T")
                   .Output("output: T")
                   .Attr("N: int >= 1")
                   .Attr("T: type")
                   .Attr("axis: int = 0")
                   .Doc("N tensors of shape S along a new dimension at `axis` in [-rank-1, rank].")
                   .Shape(PackShape)
                   .Gradient(PackGradient)
                   .Cpu<PackKernel>());
}

}  // namespace millrace
