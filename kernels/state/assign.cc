// AssignVariableOp and Assign.
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "core/runtime/resource.h"
#include "kernels/state/variable_access.h"

namespace millrace {
namespace {

// Replaces the value of the variable that input 0 names, which is made if need be, by input 1.
absl::Status AssignInput(KernelContext& c, bool validate_shape) {
  MR_ASSIGN_OR_RETURN(const ResourceHandle* handle, c.handle(0));
  MR_ASSIGN_OR_RETURN(const std::shared_ptr<Variable> variable,
                      c.resources().LookupOrCreate<Variable>(
                          *handle, []() -> absl::StatusOr<std::shared_ptr<Variable>> {
                            return std::make_shared<Variable>();
                          }));
  MR_ASSIGN_OR_RETURN(Tensor value, c.take_input(1).Owned());
  MutexLock lock(variable->mu());
  Tensor& current = variable->value();
  if (current.initialized() && current.dtype() != value.dtype()) {
    return absl::InvalidArgumentError(
        absl::StrCat("Trying to assign variable ", handle->name, " with wrong dtype. Expected ",
                     DTypeName(current.dtype()), " got ", DTypeName(value.dtype())));
  }
  if (validate_shape) {
    PartialShape expected;
    if (current.initialized()) {
      expected = current.shape();
    } else if (!handle->dtypes_and_shapes.empty()) {
      expected = handle->dtypes_and_shapes[0].shape;
    }
    if (!expected.IsCompatibleWith(value.shape())) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Assign requires shapes of both tensors to match. lhs shape= ", expected.ToString(),
          " rhs shape= ", value.shape().ToString(), " (variable ", handle->name, ")"));
    }
  }
  current = std::move(value);
  return absl::OkStatus();
}

class AssignKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    return c.GetAttr("validate_shape", &validate_shape_);
  }
  absl::Status Compute(KernelContext& c) override {
    MR_RETURN_IF_ERROR(AssignInput(c, validate_shape_));
    ForwardRef(c);
    return absl::OkStatus();
  }

 private:
  bool validate_shape_;
};

absl::Status AssignVariableShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(0, 0).status());
  const HandleData* handle = c.input_handle(0);
  if (handle == nullptr || handle->empty()) return absl::OkStatus();
  if ((*handle)[0].dtype != c.input_type(1)) {
    return c.Error(1, absl::StrCat("is of type ", DTypeName(c.input_type(1)), ", the variable of ",
                                   DTypeName((*handle)[0].dtype)));
  }
  absl::StatusOr<PartialShape> merged = (*handle)[0].shape.MergeWith(c.input(1));
  return merged.ok() ? absl::OkStatus() : c.Error(1, merged.status().message());
}

absl::Status AssignShape(ShapeContext& c) {
  bool validate_shape;
  MR_RETURN_IF_ERROR(c.GetAttr("validate_shape", &validate_shape));
  if (!validate_shape) {
    c.set_output(0, c.input(1));
    return absl::OkStatus();
  }
  absl::StatusOr<PartialShape> merged = c.input(0).MergeWith(c.input(1));
  if (!merged.ok()) return c.Error(1, merged.status().message());
  c.set_output(0, *std::move(merged));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterAssign(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("AssignVariableOp")
                               .Input("resource: resource")
                               .Input("value: dtype")
                               .Attr("dtype: type")
                               .Attr("validate_shape: bool = false")
                               .Stateful()
                               .Doc("Gives the variable a new value; makes it if it is not there.")
                               .Shape(AssignVariableShape)
                               .NotDifferentiable()
                               .Cpu<AssignKernel>()));
  return r.Add(Op("Assign")
                   .Input("ref: Ref(T)")
                   .Input("value: T")
                   .Output("output_ref: Ref(T)")
                   .Attr("T: type")
                   .Attr("validate_shape: bool = true")
                   .Attr("use_locking: bool = true")
                   .AllowsUninitializedInput()
                   .Doc("Gives the variable a new value, of the same shape if validate_shape.")
                   .Shape(AssignShape)
                   .NotDifferentiable()
                   .Cpu<AssignKernel>());
}

}  // namespace millrace
