// Unpack: a tensor's slices along one axis.
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

class UnpackKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("axis", &axis_); }
  absl::Status Compute(KernelContext& c) override {
    const Tensor& in = c.input(0);
    const int64_t n = c.num_outputs();
    Shape shape = in.shape();
    MR_ASSIGN_OR_RETURN(const int axis, AxisArg(axis_, shape.rank(), "axis"));
    if (shape.dim(axis) != n) {
      return absl::InvalidArgumentError(absl::StrCat("Input shape axis ", axis, " must equal ", n,
                                                     ", got shape ", shape.ToString()));
    }
    int64_t outer = 1;
    for (int d = 0; d < axis; ++d) outer *= shape.dim(d);
    shape.RemoveDim(axis);
    const int64_t inner = outer == 0 ? 0 : shape.num_elements() / outer;
    for (int i = 0; i < n; ++i) {
      Tensor* out;
      MR_RETURN_IF_ERROR(c.allocate_output(i, shape, &out));
      StridedView view;
      view.AddDim(outer, inner * n, inner);
      view.AddDim(inner, 1, 1);
      view.src_offset = i * inner;
      StridedCopy(in.dtype(), view, in.raw_data(), out->mutable_raw_data(), c.pool());
    }
    return absl::OkStatus();
  }

 private:
  int64_t axis_;
};

absl::Status UnpackShape(ShapeContext& c) {
  int64_t axis, num;
  MR_RETURN_IF_ERROR(c.GetAttr("axis", &axis));
  MR_RETURN_IF_ERROR(c.GetAttr("num", &num));
  const PartialShape& in = c.input(0);
  if (!in.known_rank()) return absl::OkStatus();
  MR_ASSIGN_OR_RETURN(const int at, AxisArg(axis, in.rank(), "axis"));
  MR_RETURN_IF_ERROR(ShapeContext::MergeDim(in.dim(at), num).status());
  DimVector dims(in.dims().begin(), in.dims().end());
  dims.erase(dims.begin() + at);
  MR_ASSIGN_OR_RETURN(const PartialShape out, PartialShape::Create(dims));
  for (int i = 0; i < c.num_outputs(); ++i) c.set_output(i, out);
  return absl::OkStatus();
}

absl::StatusOr<Gradients> UnpackGradient(Builder& b, const OpView& op, const Gradients& dy) {
  Outputs parts;
  for (int i = 0; i < op.num_outputs(); ++i) {
    parts.push_back(dy[i].valid() ? Output(dy[i]) : b.ZerosLike(op.output(i)));
  }
  return Gradients{b.Pack(parts, static_cast<int>(op.attr<int64_t>("axis")))};
}

}  // namespace

absl::Status RegisterUnpack(Registry& r) {
  return r.Add(Op("Unpack")
                   .Input("value: T")
                   .Output("output: num * T")
                   .Attr("num: int >= 0")
                   .Attr("T: type")
                   .Attr("axis: int = 0")
                   .Doc("The `num` slices of `value` along `axis`, each without that dimension.")
                   .Shape(UnpackShape)
                   .Gradient(UnpackGradient)
                   .Cpu<UnpackKernel>());
}

}  // namespace millrace
