// StridedSlice and StridedSliceGrad.
#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/elements.h"
#include "kernels/array/int_args.h"
#include "kernels/array/strided_copy.h"
#include "kernels/array/strided_slice_spec.h"

namespace millrace {
namespace {

class StridedSliceKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_ASSIGN_OR_RETURN(masks_, StridedSliceMasks::FromAttrs(c.attrs()));
    return absl::OkStatus();
  }
  absl::Status Compute(KernelContext& c) override {
    const Tensor& in = c.input(0);
    MR_ASSIGN_OR_RETURN(
        const StridedSliceSpec spec,
        ResolveStridedSlice(in.shape(), c.input(1), c.input(2), c.input(3), masks_));
    MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create(spec.output_dims));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    StridedCopy(in.dtype(), spec.SourceView(in.shape()), in.raw_data(), out->mutable_raw_data(),
                c.pool());
    return absl::OkStatus();
  }

 private:
  StridedSliceMasks masks_;
};

class StridedSliceGradKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_ASSIGN_OR_RETURN(masks_, StridedSliceMasks::FromAttrs(c.attrs()));
    return absl::OkStatus();
  }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const Shape shape, ShapeArg(c.input(0), "shape"));
    const Tensor& dy = c.input(4);
    MR_ASSIGN_OR_RETURN(const StridedSliceSpec spec,
                        ResolveStridedSlice(shape, c.input(1), c.input(2), c.input(3), masks_));
    MR_ASSIGN_OR_RETURN(const Shape expected, Shape::Create(spec.output_dims));
    if (dy.shape() != expected) {
      return absl::InvalidArgumentError(absl::StrCat("shape of dy was ", dy.shape().ToString(),
                                                     " instead of ", expected.ToString()));
    }
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    ZeroElements(out->dtype(), out->mutable_raw_data(), out->num_elements());
    StridedView view = spec.SourceView(shape);
    std::swap(view.src_strides, view.dst_strides);
    std::swap(view.src_offset, view.dst_offset);
    StridedCopy(dy.dtype(), view, dy.raw_data(), out->mutable_raw_data(), c.pool());
    return absl::OkStatus();
  }

 private:
  StridedSliceMasks masks_;
};

absl::Status StridedSliceShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const StridedSliceMasks masks, StridedSliceMasks::FromAttrs(c.attrs()));
  int64_t length = PartialShape::kUnknownDim;
  std::optional<DimVector> entries[3];
  for (int i = 0; i < 3; ++i) {
    MR_ASSIGN_OR_RETURN(const PartialShape shape, c.WithRank(1 + i, 1));
    MR_ASSIGN_OR_RETURN(length, ShapeContext::MergeDim(length, shape.dim(0)));
    if (const auto ints = c.input_as_ints(1 + i))
      entries[i] = DimVector(ints->begin(), ints->end());
  }
  if (!c.input(0).known_rank() || length < 0) return absl::OkStatus();
  MR_ASSIGN_OR_RETURN(const StridedSliceSpec spec,
                      ResolveStridedSlice(c.input(0), static_cast<int>(length), entries[0],
                                          entries[1], entries[2], masks));
  MR_ASSIGN_OR_RETURN(PartialShape out, PartialShape::Create(spec.output_dims));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::Status StridedSliceGradShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(PartialShape shape, c.input_as_shape(0));
  c.set_output(0, std::move(shape));
  return absl::OkStatus();
}

const char* const kMaskNames[] = {"begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask",
                                  "shrink_axis_mask"};

AttrMap MaskAttrs(const OpView& op) {
  AttrMap attrs;
  for (const char* name : kMaskNames) attrs.Set(name, op.attr<int64_t>(name));
  return attrs;
}

absl::StatusOr<Gradients> StridedSliceGradient(Builder& b, const OpView& op, const Gradients& dy) {
  DType index = b.dtype(op.input(1));
  if (index == DType::kInt16) index = DType::kInt32;
  Outputs inputs = {b.Shape(op.input(0), index)};
  for (int i = 1; i <= 3; ++i) inputs.push_back(b.Cast(op.input(i), index));
  inputs.push_back(dy[0]);
  return Gradients{b.Op1("StridedSliceGrad", inputs, MaskAttrs(op)), {}, {}, {}};
}

absl::StatusOr<Gradients> StridedSliceGradGradient(Builder& b, const OpView& op,
                                                   const Gradients& dy) {
  return Gradients{
      {},
      {},
      {},
      {},
      b.Op1("StridedSlice", {dy[0], op.input(1), op.input(2), op.input(3)}, MaskAttrs(op))};
}

}  // namespace

absl::Status RegisterStridedSlice(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("StridedSlice")
                .Input("input: T")
                .Input("begin: Index")
                .Input("end: Index")
                .Input("strides: Index")
                .Output("output: T")
                .Attr("T: type")
                .Attr("Index: {int16, int32, int64}")
                .Attr("begin_mask: int = 0")
                .Attr("end_mask: int = 0")
                .Attr("ellipsis_mask: int = 0")
                .Attr("new_axis_mask: int = 0")
                .Attr("shrink_axis_mask: int = 0")
                .Doc("input[begin:end:strides], with Python's slicing rules; the "
                     "masks mark open ends, the ellipsis, new axes and plain indices.")
                .Shape(StridedSliceShape)
                .Gradient(StridedSliceGradient)
                .Cpu<StridedSliceKernel>()));
  return r.Add(Op("StridedSliceGrad")
                   .Input("shape: Index")
                   .Input("begin: Index")
                   .Input("end: Index")
                   .Input("strides: Index")
                   .Input("dy: T")
                   .Output("output: T")
                   .Attr("T: type")
                   .Attr("Index: {int32, int64}")
                   .Attr("begin_mask: int = 0")
                   .Attr("end_mask: int = 0")
                   .Attr("ellipsis_mask: int = 0")
                   .Attr("new_axis_mask: int = 0")
                   .Attr("shrink_axis_mask: int = 0")
                   .Doc("Zeros of `shape` with `dy` where StridedSlice would have taken it from.")
                   .Shape(StridedSliceGradShape)
                   .Gradient(StridedSliceGradGradient)
                   .Cpu<StridedSliceGradKernel>());
}

}  // namespace millrace
