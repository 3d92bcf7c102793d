// Const.
#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/constant_kernel.h"

namespace millrace {
namespace {

class ConstKernel final : public ConstantKernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("value", &value_));
    DType dtype;
    MR_RETURN_IF_ERROR(c.GetAttr("dtype", &dtype));
    if (value_.dtype() != dtype) {
      return absl::InvalidArgumentError(absl::StrCat("value is of type ", DTypeName(value_.dtype()),
                                                     ", attribute dtype says ", DTypeName(dtype)));
    }
    return absl::OkStatus();
  }
};

absl::Status ConstShape(ShapeContext& c) {
  Tensor value;
  MR_RETURN_IF_ERROR(c.GetAttr("value", &value));
  if (value.dtype() != c.output_type(0)) {
    return absl::InvalidArgumentError(absl::StrCat("value is of type ", DTypeName(value.dtype()),
                                                   ", attribute dtype says ",
                                                   DTypeName(c.output_type(0))));
  }
  c.set_output(0, value.shape());
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterConst(Registry& r) {
  return r.Add(Op("Const")
                   .Output("output: dtype")
                   .Attr("value: tensor")
                   .Attr("dtype: type")
                   .Doc("A constant tensor.")
                   .Shape(ConstShape)
                   .NotDifferentiable()
                   .Cpu<ConstKernel>());
}

}  // namespace millrace
