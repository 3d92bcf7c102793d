// StridedSliceAssign and ResourceStridedSliceAssign: variable[begin:end:strides] = value.
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/strided_slice_spec.h"
#include "kernels/state/variable_access.h"

namespace millrace {
namespace {

class StridedSliceAssignKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_ASSIGN_OR_RETURN(masks_, StridedSliceMasks::FromAttrs(c.attrs()));
    return absl::OkStatus();
  }
  absl::Status Compute(KernelContext& c) override {
    {
      LockedVariables variable;
      const Tensor& in = c.input(4);
      MR_RETURN_IF_ERROR(variable.Lock(c, 1, in.dtype()));
      Tensor& value = variable[0];
      MR_ASSIGN_OR_RETURN(
          const StridedSliceSpec spec,
          ResolveStridedSlice(value.shape(), c.input(1), c.input(2), c.input(3), masks_));
      MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create(spec.output_dims));
      if (in.shape() != shape) {
        return absl::InvalidArgumentError(absl::StrCat("value must have the slice's shape ",
                                                       shape.ToString(), ", got ",
                                                       in.shape().ToString()));
      }
      StridedView view = spec.SourceView(value.shape());
      std::swap(view.src_strides, view.dst_strides);
      std::swap(view.src_offset, view.dst_offset);
      StridedCopy(in.dtype(), view, in.raw_data(), value.mutable_raw_data(), c.pool());
    }
    ForwardRef(c);
    return absl::OkStatus();
  }

 private:
  StridedSliceMasks masks_;
};

absl::Status RefShape(ShapeContext& c) {
  if (c.num_outputs() > 0) c.set_output(0, c.input(0));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterStridedSliceAssign(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("StridedSliceAssign")
                               .Input("ref: Ref(T)")
                               .Input("begin: Index")
                               .Input("end: Index")
                               .Input("strides: Index")
                               .Input("value: T")
                               .Output("output_ref: Ref(T)")
                               .Attr("T: type")
                               .Attr("Index: {int32, int64}")
                               .Attr("begin_mask: int = 0")
                               .Attr("end_mask: int = 0")
                               .Attr("ellipsis_mask: int = 0")
                               .Attr("new_axis_mask: int = 0")
                               .Attr("shrink_axis_mask: int = 0")
                               .Doc("variable[begin:end:strides] = value.")
                               .Shape(RefShape)
                               .NotDifferentiable()
                               .Cpu<StridedSliceAssignKernel>()));
  return r.Add(Op("ResourceStridedSliceAssign")
                   .Input("ref: resource")
                   .Input("begin: Index")
                   .Input("end: Index")
                   .Input("strides: Index")
                   .Input("value: T")
                   .Attr("T: type")
                   .Attr("Index: {int32, int64}")
                   .Attr("begin_mask: int = 0")
                   .Attr("end_mask: int = 0")
                   .Attr("ellipsis_mask: int = 0")
                   .Attr("new_axis_mask: int = 0")
                   .Attr("shrink_axis_mask: int = 0")
                   .Stateful()
                   .Doc("variable[begin:end:strides] = value.")
                   .Shape(RefShape)
                   .NotDifferentiable()
                   .Cpu<StridedSliceAssignKernel>());
}

}  // namespace millrace
