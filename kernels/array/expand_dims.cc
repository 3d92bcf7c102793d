// ExpandDims, Squeeze, EnsureShape.
#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/int_args.h"

namespace millrace {
namespace {

class ExpandDimsKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const int64_t dim, IntArg(c.input(1), "dim"));
    Shape shape = c.input(0).shape();
    MR_ASSIGN_OR_RETURN(const int at, AxisArg(dim, shape.rank() + 1, "dim"));
    MR_RETURN_IF_ERROR(shape.InsertDim(at, 1));
    MR_ASSIGN_OR_RETURN(Tensor out, c.take_input(0).Reshaped(shape));
    c.set_output(0, std::move(out));
    return absl::OkStatus();
  }
  bool cheap() const override { return true; }
};

absl::Status ExpandDimsShape(ShapeContext& c) {
  const std::optional<std::vector<int64_t>> dim = c.input_as_ints(1);
  const PartialShape& in = c.input(0);
  if (dim.has_value() && dim->size() != 1) return c.Error(1, "must have one element");
  if (!in.known_rank()) return absl::OkStatus();
  if (!dim.has_value()) {
    c.set_output(0, PartialShape::UnknownOfRank(in.rank() + 1));
    return absl::OkStatus();
  }
  MR_ASSIGN_OR_RETURN(const int at, AxisArg((*dim)[0], in.rank() + 1, "dim"));
  DimVector dims(in.dims().begin(), in.dims().end());
  dims.insert(dims.begin() + at, 1);
  MR_ASSIGN_OR_RETURN(PartialShape out, PartialShape::Create(dims));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::StatusOr<Gradients> ExpandDimsGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.ReshapeLike(dy[0], op.input(0)), {}};
}

// Which of `dims` go, for the attribute's value `axes` (empty: all of size 1).
absl::StatusOr<DimVector> SqueezedDims(absl::Span<const int64_t> dims,
                                       absl::Span<const int64_t> axes) {
  const int rank = static_cast<int>(dims.size());
  std::vector<bool> drop(rank, false);
  for (const int64_t axis : axes) {
    MR_ASSIGN_OR_RETURN(const int at, AxisArg(axis, rank, "squeeze_dims"));
    if (dims[at] != 1 && dims[at] != PartialShape::kUnknownDim) {
      return absl::InvalidArgumentError(
          absl::StrCat("Can not squeeze dim[", at, "], expected a dimension of 1, got ", dims[at]));
    }
    drop[at] = true;
  }
  DimVector out;
  for (int i = 0; i < rank; ++i) {
    if (axes.empty() ? dims[i] != 1 : !drop[i]) out.push_back(dims[i]);
  }
  return out;
}

class SqueezeKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("squeeze_dims", &axes_); }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const DimVector dims, SqueezedDims(c.input(0).shape().dims(), axes_));
    MR_ASSIGN_OR_RETURN(Tensor out, c.take_input(0).Reshaped(Shape(dims)));
    c.set_output(0, std::move(out));
    return absl::OkStatus();
  }
  bool cheap() const override { return true; }

 private:
  std::vector<int64_t> axes_;
};

absl::Status SqueezeShape(ShapeContext& c) {
  std::vector<int64_t> axes;
  MR_RETURN_IF_ERROR(c.GetAttr("squeeze_dims", &axes));
  const PartialShape& in = c.input(0);
  if (!in.known_rank()) return absl::OkStatus();
  if (axes.empty() && !in.fully_defined()) return absl::OkStatus();
  MR_ASSIGN_OR_RETURN(const DimVector dims, SqueezedDims(in.dims(), axes));
  MR_ASSIGN_OR_RETURN(PartialShape out, PartialShape::Create(dims));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::StatusOr<Gradients> SqueezeGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.ReshapeLike(dy[0], op.input(0))};
}

class EnsureShapeKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("shape", &shape_); }
  absl::Status Compute(KernelContext& c) override {
    if (!shape_.IsCompatibleWith(c.input(0).shape())) {
      return absl::InvalidArgumentError(
          absl::StrCat("Shape of tensor is ", c.input(0).shape().ToString(),
                       ", which is not compatible with the expected ", shape_.ToString()));
    }
    c.set_output(0, c.take_input(0));
    return absl::OkStatus();
  }
  bool cheap() const override { return true; }

 private:
  PartialShape shape_;
};

absl::Status EnsureShapeShape(ShapeContext& c) {
  PartialShape shape;
  MR_RETURN_IF_ERROR(c.GetAttr("shape", &shape));
  absl::StatusOr<PartialShape> merged = c.input(0).MergeWith(shape);
  if (!merged.ok()) return c.Error(0, merged.status().message());
  c.set_output(0, *std::move(merged));
  return absl::OkStatus();
}

absl::StatusOr<Gradients> EnsureShapeGradient(Builder&, const OpView&, const Gradients& dy) {
  return Gradients{dy[0]};
}

}  // namespace

absl::Status RegisterExpandDims(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("ExpandDims")
                               .Input("input: T")
                               .Input("dim: Tdim")
                               .Output("output: T")
                               .Attr("T: type")
                               .Attr("Tdim: {int32, int64} = DT_INT32")
                               .Doc("Inserts a dimension of size 1 at `dim` in [-rank-1, rank].")
                               .Shape(ExpandDimsShape)
                               .Gradient(ExpandDimsGradient)
                               .Cpu<ExpandDimsKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("Squeeze")
                               .Input("input: T")
                               .Output("output: T")
                               .Attr("T: type")
                               .Attr("squeeze_dims: list(int) >= 0 = []")
                               .Doc("Removes dimensions of size 1: those named, or all.")
                               .Shape(SqueezeShape)
                               .Gradient(SqueezeGradient)
                               .Cpu<SqueezeKernel>()));
  return r.Add(Op("EnsureShape")
                   .Input("input: T")
                   .Output("output: T")
                   .Attr("shape: shape")
                   .Attr("T: type")
                   .Doc("The input; INVALID_ARGUMENT unless its shape is compatible with `shape`.")
                   .Shape(EnsureShapeShape)
                   .Gradient(EnsureShapeGradient)
                   .Cpu<EnsureShapeKernel>());
}

}  // namespace millrace
