// Variable, VariableV2, IsVariableInitialized: variables of graphs that use references. What runs
// behind a reference is a handle.
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "core/runtime/resource.h"
#include "kernels/state/variable_access.h"

namespace millrace {
namespace {

class VariableKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    std::string container, name;
    DType dtype;
    PartialShape shape;
    MR_RETURN_IF_ERROR(c.GetAttr("container", &container));
    MR_RETURN_IF_ERROR(c.GetAttr("shared_name", &name));
    MR_RETURN_IF_ERROR(c.GetAttr("dtype", &dtype));
    MR_RETURN_IF_ERROR(c.GetAttr("shape", &shape));
    ResourceHandle handle = c.device()->resources().MakeHandle(
        container, name.empty() ? c.node_name() : name, Variable::kTypeName);
    handle.dtypes_and_shapes = {{dtype, shape}};
    handle_ = Tensor::Scalar<ResourceHandle>(std::move(handle));
    return absl::OkStatus();
  }
  absl::Status Compute(KernelContext& c) override {
    // Made here, so that whoever holds the reference finds a variable, if without a value.
    MR_RETURN_IF_ERROR(
        c.resources()
            .LookupOrCreate<Variable>(handle_.scalar<ResourceHandle>(),
                                      []() -> absl::StatusOr<std::shared_ptr<Variable>> {
                                        return std::make_shared<Variable>();
                                      })
            .status());
    c.set_output(0, handle_);
    return absl::OkStatus();
  }
  bool cheap() const override { return true; }

 private:
  Tensor handle_;
};

class IsVariableInitializedKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const std::shared_ptr<Variable> variable, LookupVariable(c, 0));
    c.set_output(0, Tensor::Scalar<bool>(variable->initialized()));
    return absl::OkStatus();
  }
  bool cheap() const override { return true; }
};

}  // namespace

absl::Status RegisterVariable(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("VariableV2")
                .Output("ref: Ref(dtype)")
                .Attr("shape: shape")
                .Attr("dtype: type")
                .Attr("container: string = ''")
                .Attr("shared_name: string = ''")
                .Stateful()
                .Doc("A reference to the variable of this name (shared_name, else the "
                     "node's own).")
                .Shape(ShapeFromAttr)
                .NotDifferentiable()
                .Cpu<VariableKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("Variable")
                               .Output("ref: Ref(dtype)")
                               .Attr("shape: shape")
                               .Attr("dtype: type")
                               .Attr("container: string = ''")
                               .Attr("shared_name: string = ''")
                               .Stateful()
                               .Doc("The older name of VariableV2.")
                               .Shape(ShapeFromAttr)
                               .NotDifferentiable()
                               .Cpu<VariableKernel>()));
  return r.Add(Op("IsVariableInitialized")
                   .Input("ref: Ref(dtype)")
                   .Output("is_initialized: bool")
                   .Attr("dtype: type")
                   .AllowsUninitializedInput()
                   .Doc("True if the variable has a value.")
                   .Shape(ScalarOutputs)
                   .NotDifferentiable()
                   .Cpu<IsVariableInitializedKernel>());
}

}  // namespace millrace
