// Gather, GatherV2: slices of a tensor by index.
#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/gather_rows.h"
#include "kernels/array/scalar_arg.h"

namespace millrace {
namespace {

class GatherKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    return GatherRows(c, c.input(0), c.input(1), 0, 0);
  }
};

class GatherV2Kernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    return c.GetAttr("batch_dims", &batch_dims_);
  }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const int64_t axis, IntScalarArg(c.input(2), "axis"));
    return GatherRows(c, c.input(0), c.input(1), axis, batch_dims_);
  }

 private:
  int64_t batch_dims_;
};

absl::Status GatherV1Shape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(PartialShape out, GatherShape(c.input(0), c.input(1), 0, 0));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::Status GatherV2Shape(ShapeContext& c) {
  int64_t batch_dims;
  MR_RETURN_IF_ERROR(c.GetAttr("batch_dims", &batch_dims));
  MR_RETURN_IF_ERROR(c.WithRank(2, 0).status());
  std::optional<int64_t> axis;
  if (const auto value = c.input_as_ints(2); value.has_value() && value->size() == 1)
    axis = (*value)[0];
  MR_ASSIGN_OR_RETURN(PartialShape out, GatherShape(c.input(0), c.input(1), axis, batch_dims));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::StatusOr<Gradients> GatherGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{GatherRowsGradient(b, dy[0], op.input(1), b.Shape(op.input(0))), {}};
}

// Sizes as int32 scalars, for any rank and any axis: params [batch, outer, limit, inner].
class GatherGradientBuilder {
 public:
  GatherGradientBuilder(Builder& b, const OpView& op) : b_(b), op_(op) {
    shape_ = b.Shape(op.input(0));
    const Output rank = b.Rank(op.input(0));
    axis_ = b.Op1("FloorMod", {b.Cast(op.input(2), DType::kInt32), rank});
    int64_t batch_dims = op.attr<int64_t>("batch_dims");
    batch_ = b.Scalar<int32_t>(static_cast<int32_t>(batch_dims));
    if (batch_dims < 0) batch_ = b.Add(batch_, b.Rank(op.input(1)));
  }

  Output Build(Output dy) {
    const Output one = b_.Scalar<int32_t>(1), zero = b_.Scalar<int32_t>(0);
    const Output batch = Product(zero, batch_), outer = Product(batch_, axis_);
    const Output limit = Product(axis_, b_.Add(axis_, one));
    const Output inner = Product(b_.Add(axis_, one), b_.Size(shape_));
    // Each batch gets its own range of segments.
    const Output indices = b_.Cast(op_.input(1), DType::kInt32);
    const Output by_batch = b_.Reshape(indices, Dims({batch, Count(batch, indices)}));
    const Output first = b_.Mul(b_.Range(zero, batch, one), limit);
    const Output segments = b_.Add(by_batch, b_.ExpandDims(first, 1));
    const Output count = Count(batch, indices);
    const Output perm = b_.Ints({0, 2, 1, 3});
    const Output rows = b_.Transpose(b_.Reshape(dy, Dims({batch, outer, count, inner})), perm);
    const Output sums =
        b_.Op1("UnsortedSegmentSum", {b_.Reshape(rows, Dims({b_.Mul(batch, count), outer, inner})),
                                      b_.Reshape(segments, b_.Ints({-1})), b_.Mul(batch, limit)});
    return b_.Reshape(b_.Transpose(b_.Reshape(sums, Dims({batch, limit, outer, inner})), perm),
                      shape_);
  }

 private:
  // The product of sizes [begin, end) of params' shape.
  Output Product(Output begin, Output end) {
    const Output axis0 = b_.Ints({1});
    const Output part =
        b_.Slice(shape_, b_.Reshape(begin, axis0), b_.Reshape(b_.Sub(end, begin), axis0));
    return b_.Op1("Prod", {part, b_.Ints({0})});
  }
  // Indices a batch; a batch of size zero has none.
  Output Count(Output batch, Output indices) {
    return b_.Op1("FloorDiv",
                  {b_.Size(indices), b_.Op1("Maximum", {batch, b_.Scalar<int32_t>(1)})});
  }
  Output Dims(const Outputs& sizes) { return b_.Pack(sizes); }

  Builder& b_;
  const OpView& op_;
  Output shape_, axis_, batch_;
};

absl::StatusOr<Gradients> GatherV2Gradient(Builder& b, const OpView& op, const Gradients& dy) {
  const std::optional<Tensor> axis = b.value(op.input(2));
  if (axis.has_value() && op.attr<int64_t>("batch_dims") == 0) {
    MR_ASSIGN_OR_RETURN(const int64_t value, IntScalarArg(*axis, "axis"));
    if (value == 0) {
      return Gradients{GatherRowsGradient(b, dy[0], op.input(1), b.Shape(op.input(0))), {}, {}};
    }
  }
  return Gradients{GatherGradientBuilder(b, op).Build(dy[0]), {}, {}};
}

}  // namespace

absl::Status RegisterGather(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("Gather")
                               .Input("params: Tparams")
                               .Input("indices: Tindices")
                               .Output("output: Tparams")
                               .Attr("validate_indices: bool = true")
                               .Attr("Tparams: type")
                               .Attr("Tindices: {int32, int64}")
                               .Doc("output[i..., n...] = params[indices[i...], n...].")
                               .Shape(GatherV1Shape)
                               .Gradient(GatherGradient)
                               .Cpu<GatherKernel>()));
  return r.Add(Op("GatherV2")
                   .Input("params: Tparams")
                   .Input("indices: Tindices")
                   .Input("axis: Taxis")
                   .Output("output: Tparams")
                   .Attr("batch_dims: int = 0")
                   .Attr("Tparams: type")
                   .Attr("Tindices: {int16, int32, int64}")
                   .Attr("Taxis: {int32, int64}")
                   .Doc("Slices of `params` along `axis` by `indices`; the first batch_dims "
                        "dimensions of both go together.")
                   .Shape(GatherV2Shape)
                   .Gradient(GatherV2Gradient)
                   .Cpu<GatherV2Kernel>());
}

}  // namespace millrace
