// TemporaryVariable, DestroyTemporaryVariable: a variable of one step.
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "core/runtime/resource.h"
#include "core/runtime/step.h"
#include "kernels/state/variable_access.h"

namespace millrace {
namespace {

std::string ResourceName(absl::string_view var_name) { return absl::StrCat("tmp_var/", var_name); }

class TemporaryVariableKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    PartialShape shape;
    MR_RETURN_IF_ERROR(c.GetAttr("shape", &shape));
    MR_RETURN_IF_ERROR(c.GetAttr("dtype", &dtype_));
    MR_RETURN_IF_ERROR(c.GetAttr("var_name", &name_));
    if (name_.empty()) name_ = c.node_name();
    if (!shape.fully_defined()) {
      return absl::InvalidArgumentError(
          absl::StrCat("the shape of a temporary variable must be known, not ", shape.ToString()));
    }
    shape_ = shape.ToShape();
    return absl::OkStatus();
  }
  absl::Status Compute(KernelContext& c) override {
    auto variable = std::make_shared<Variable>();
    MR_ASSIGN_OR_RETURN(Tensor zeros, Tensor::CreateZeros(dtype_, shape_));
    variable->Assign(std::move(zeros));
    const std::string container = c.step().container(), name = ResourceName(name_);
    MR_RETURN_IF_ERROR(c.resources().Create(container, name, std::move(variable)));
    ResourceHandle handle = c.resources().MakeHandle(container, name, Variable::kTypeName);
    handle.dtypes_and_shapes = {{dtype_, PartialShape(shape_)}};
    c.set_output(0, Tensor::Scalar<ResourceHandle>(std::move(handle)));
    return absl::OkStatus();
  }

 private:
  DType dtype_ = DType::kInvalid;
  Shape shape_;
  std::string name_;
};

class DestroyTemporaryVariableKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("var_name", &name_); }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const std::shared_ptr<Variable> variable, LookupVariable(c, 0));
    MR_RETURN_IF_ERROR(c.resources().Delete(
        c.resources().MakeHandle(c.step().container(), ResourceName(name_), Variable::kTypeName)));
    c.set_output(0, variable->Read());
    return absl::OkStatus();
  }

 private:
  std::string name_;
};

absl::Status DestroyedShape(ShapeContext& c) {
  c.set_output(0, c.input(0));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterTemporaryVariable(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("TemporaryVariable")
                .Output("ref: Ref(dtype)")
                .Attr("shape: shape")
                .Attr("dtype: type")
                .Attr("var_name: string = ''")
                .Stateful()
                .Doc("A variable that lives until DestroyTemporaryVariable of its name (var_name, "
                     "else the node's own), at most as long as the step.")
                .Shape(ShapeFromAttr)
                .NotDifferentiable()
                .Cpu<TemporaryVariableKernel>()));
  return r.Add(Op("DestroyTemporaryVariable")
                   .Input("ref: Ref(T)")
                   .Output("value: T")
                   .Attr("T: type")
                   .Attr("var_name: string")
                   .Doc("The value of a temporary variable, which ends.")
                   .Shape(DestroyedShape)
                   .NotDifferentiable()
                   .Cpu<DestroyTemporaryVariableKernel>());
}

}  // namespace millrace
