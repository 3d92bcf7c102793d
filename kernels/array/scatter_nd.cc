// ScatterNd, TensorScatterUpdate and its arithmetic forms, ScatterNdNonAliasingAdd.
#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/elements.h"
#include "kernels/array/int_args.h"
#include "kernels/array/scatter.h"

namespace millrace {
namespace {

// Attribute bad_indices_policy: "IGNORE" leaves indices outside alone; on a CPU the default is an
// error.
absl::Status CheckPolicy(KernelConstruction& c) {
  std::string policy;
  MR_RETURN_IF_ERROR(c.GetAttr("bad_indices_policy", &policy));
  if (policy.empty() || policy == "DEFAULT" || policy == "ERROR") return absl::OkStatus();
  const std::string message = absl::StrCat("bad_indices_policy '", policy, "'");
  if (policy == "IGNORE") return absl::UnimplementedError(message);
  return absl::InvalidArgumentError(message);
}

// Nothing can be put into a tensor without elements.
absl::Status CheckNotEmpty(const Shape& shape, const Tensor& indices, const Tensor& updates) {
  if (shape.num_elements() > 0 || (indices.num_elements() == 0 && updates.num_elements() == 0))
    return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("indices of shape ", indices.shape().ToString(), " and updates of shape ",
                   updates.shape().ToString(), " for the empty shape ", shape.ToString()));
}

class ScatterNdKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return CheckPolicy(c); }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const Shape shape, ShapeArg(c.input(2), "shape"));
    MR_RETURN_IF_ERROR(CheckNotEmpty(shape, c.input(0), c.input(1)));
    MR_ASSIGN_OR_RETURN(const ScatterTargets targets, NdTargets(c.input(0), shape));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    ZeroElements(out->dtype(), out->mutable_raw_data(), out->num_elements());
    return Scatter(ScatterOp::kAdd, targets, c.input(1), /*allow_scalar=*/false, *out);
  }
};

template <ScatterOp kOp>
class TensorScatterKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return CheckPolicy(c); }
  absl::Status Compute(KernelContext& c) override {
    if (c.input(2).rank() == 0) {
      return absl::InvalidArgumentError("updates must have at least one dimension");
    }
    MR_RETURN_IF_ERROR(CheckNotEmpty(c.input(0).shape(), c.input(1), c.input(2)));
    MR_ASSIGN_OR_RETURN(const ScatterTargets targets, NdTargets(c.input(1), c.input(0).shape()));
    Tensor out = c.take_input(0);
    if (!out.can_write()) {
      MR_ASSIGN_OR_RETURN(out, out.Clone(c.device()->allocator()));
    }
    MR_RETURN_IF_ERROR(Scatter(kOp, targets, c.input(2), /*allow_scalar=*/false, out));
    c.set_output(0, std::move(out));
    return absl::OkStatus();
  }
};

absl::Status ScatterNdShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(2, 1).status());
  MR_ASSIGN_OR_RETURN(PartialShape shape, c.input_as_shape(2));
  c.set_output(0, std::move(shape));
  return absl::OkStatus();
}

absl::StatusOr<Gradients> ScatterNdGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{{}, b.Op1("GatherNd", {dy[0], op.input(0)}), {}};
}

template <int kSign>
absl::StatusOr<Gradients> TensorScatterAddGradient(Builder& b, const OpView& op,
                                                   const Gradients& dy) {
  const Output updates = b.Op1("GatherNd", {dy[0], op.input(1)});
  return Gradients{dy[0], {}, kSign > 0 ? updates : b.Neg(updates)};
}

absl::StatusOr<Gradients> TensorScatterUpdateGradient(Builder& b, const OpView& op,
                                                      const Gradients& dy) {
  return Gradients{b.Op1("TensorScatterUpdate", {dy[0], op.input(1), b.ZerosLike(op.input(2))}),
                   {},
                   b.Op1("GatherNd", {dy[0], op.input(1)})};
}

// To whoever gave the value; shared where several did.
absl::StatusOr<Gradients> TensorScatterExtremeGradient(Builder& b, const OpView& op,
                                                       const Gradients& dy) {
  const Output x = op.input(0), indices = op.input(1), updates = op.input(2), y = op.output(0);
  const DType dtype = b.dtype(x);
  const Output from_x = b.Cast(b.Equal(x, y), dtype);
  const Output from_updates = b.Cast(b.Equal(updates, b.Op1("GatherNd", {y, indices})), dtype);
  const Output sharers = b.Op1("TensorScatterAdd", {from_x, indices, from_updates});
  // Where nobody gave the value nothing is divided: the numerators are zero there.
  const Output share = b.Div(dy[0], b.Op1("Maximum", {sharers, b.OnesLike(sharers)}));
  return Gradients{
      b.Mul(from_x, share), {}, b.Mul(from_updates, b.Op1("GatherNd", {share, indices}))};
}

}  // namespace

absl::Status RegisterScatterNd(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("ScatterNd")
                               .Input("indices: Tindices")
                               .Input("updates: T")
                               .Input("shape: Tindices")
                               .Output("output: T")
                               .Attr("T: type")
                               .Attr("Tindices: {int16, int32, int64}")
                               .Attr("bad_indices_policy: string = ''")
                               .Doc("Zeros of `shape` with `updates` added at `indices`.")
                               .Shape(ScatterNdShape)
                               .Gradient(ScatterNdGradient)
                               .Cpu<ScatterNdKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("TensorScatterUpdate")
                               .Input("tensor: T")
                               .Input("indices: Tindices")
                               .Input("updates: T")
                               .Output("output: T")
                               .Attr("T: type")
                               .Attr("Tindices: {int16, int32, int64, uint16}")
                               .Attr("bad_indices_policy: string = ''")
                               .Doc("`tensor` with `updates` at `indices`.")
                               .Shape(SameAsInput0)
                               .Gradient(TensorScatterUpdateGradient)
                               .Cpu<TensorScatterKernel<ScatterOp::kUpdate>>()));
  MR_RETURN_IF_ERROR(r.Add(Op("TensorScatterAdd")
                               .Input("tensor: T")
                               .Input("indices: Tindices")
                               .Input("updates: T")
                               .Output("output: T")
                               .Attr("T: type")
                               .Attr("Tindices: {int32, int64}")
                               .Attr("bad_indices_policy: string = ''")
                               .Doc("`tensor` with `updates` added at `indices`.")
                               .Shape(SameAsInput0)
                               .Gradient(TensorScatterAddGradient<1>)
                               .Cpu<TensorScatterKernel<ScatterOp::kAdd>>()));
  MR_RETURN_IF_ERROR(r.Add(Op("TensorScatterSub")
                               .Input("tensor: T")
                               .Input("indices: Tindices")
                               .Input("updates: T")
                               .Output("output: T")
                               .Attr("T: type")
                               .Attr("Tindices: {int32, int64}")
                               .Attr("bad_indices_policy: string = ''")
                               .Doc("`tensor` with `updates` subtracted at `indices`.")
                               .Shape(SameAsInput0)
                               .Gradient(TensorScatterAddGradient<-1>)
                               .Cpu<TensorScatterKernel<ScatterOp::kSub>>()));
  MR_RETURN_IF_ERROR(r.Add(Op("TensorScatterMin")
                               .Input("tensor: T")
                               .Input("indices: Tindices")
                               .Input("updates: T")
                               .Output("output: T")
                               .Attr("T: type")
                               .Attr("Tindices: {int32, int64}")
                               .Attr("bad_indices_policy: string = ''")
                               .Doc("`tensor` with the minimum of it and `updates` at `indices`.")
                               .Shape(SameAsInput0)
                               .Gradient(TensorScatterExtremeGradient)
                               .Cpu<TensorScatterKernel<ScatterOp::kMin>>()));
  MR_RETURN_IF_ERROR(r.Add(Op("TensorScatterMax")
                               .Input("tensor: T")
                               .Input("indices: Tindices")
                               .Input("updates: T")
                               .Output("output: T")
                               .Attr("T: type")
                               .Attr("Tindices: {int32, int64}")
                               .Attr("bad_indices_policy: string = ''")
                               .Doc("`tensor` with the maximum of it and `updates` at `indices`.")
                               .Shape(SameAsInput0)
                               .Gradient(TensorScatterExtremeGradient)
                               .Cpu<TensorScatterKernel<ScatterOp::kMax>>()));
  return r.Add(
      Op("ScatterNdNonAliasingAdd")
          .Input("input: T")
          .Input("indices: Tindices")
          .Input("updates: T")
          .Output("output: T")
          .Attr(
              "T: {float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, "
              "qint32, bfloat16, qint16, quint16, uint16, complex128, half, uint32, uint64, bool}")
          .Attr("Tindices: {int32, int64}")
          .Attr("bad_indices_policy: string = ''")
          .Doc("`input` with `updates` added at `indices`.")
          .Shape(SameAsInput0)
          .Gradient(TensorScatterAddGradient<1>)
          .Cpu<TensorScatterKernel<ScatterOp::kAdd>>());
}

}  // namespace millrace
