// VarHandleOp, VarIsInitializedOp, VariableShape, DestroyResourceOp: handles of variables and what
// can be asked of them.
#include "core/base/random_id.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "core/runtime/resource.h"
#include "kernels/array/int_args.h"
#include "kernels/state/variable_access.h"

namespace millrace {
namespace {

// TensorFlow's name for "a variable of nobody else's".
constexpr char kAnonymousName[] = "cd2c89b7-88b7-44c8-ad83-06c2a9158347";

class VarHandleKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    std::string name;
    DType dtype;
    PartialShape shape;
    MR_RETURN_IF_ERROR(c.GetAttr("container", &container_));
    MR_RETURN_IF_ERROR(c.GetAttr("shared_name", &name));
    MR_RETURN_IF_ERROR(c.GetAttr("dtype", &dtype));
    MR_RETURN_IF_ERROR(c.GetAttr("shape", &shape));
    anonymous_ = name == kAnonymousName;
    info_ = {dtype, shape};
    handle_ = Make(c.device()->resources(), name.empty() ? c.node_name() : name);
    return absl::OkStatus();
  }
  absl::Status Compute(KernelContext& c) override {
    if (anonymous_) {
      c.set_output(0, Make(c.resources(), absl::StrCat("anonymous_", absl::Hex(RandomId()))));
    } else {
      c.set_output(0, handle_);
    }
    return absl::OkStatus();
  }
  bool cheap() const override { return true; }

 private:
  Tensor Make(ResourceManager& resources, absl::string_view name) const {
    ResourceHandle handle = resources.MakeHandle(container_, name, Variable::kTypeName);
    handle.dtypes_and_shapes = {info_};
    return Tensor::Scalar<ResourceHandle>(std::move(handle));
  }

  std::string container_;
  bool anonymous_;
  ResourceHandle::DTypeAndShape info_;
  Tensor handle_;
};

class VarIsInitializedKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const ResourceHandle* handle, c.handle(0));
    const absl::StatusOr<std::shared_ptr<Variable>> variable =
        c.resources().Lookup<Variable>(*handle);
    if (!variable.ok() && !absl::IsNotFound(variable.status())) return variable.status();
    c.set_output(0, Tensor::Scalar<bool>(variable.ok() && (*variable)->initialized()));
    return absl::OkStatus();
  }
  bool cheap() const override { return true; }
};

class VariableShapeKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const Tensor value, ReadVariable(c, 0));
    MR_ASSIGN_OR_RETURN(Tensor shape, ShapeToTensor(value.shape(), c.output_type(0)));
    c.set_output(0, std::move(shape));
    return absl::OkStatus();
  }
  bool cheap() const override { return true; }
};

class DestroyResourceKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    return c.GetAttr("ignore_lookup_error", &ignore_lookup_error_);
  }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const ResourceHandle* handle, c.handle(0));
    const absl::Status status = c.resources().Delete(*handle);
    return ignore_lookup_error_ && absl::IsNotFound(status) ? absl::OkStatus() : status;
  }

 private:
  bool ignore_lookup_error_;
};

absl::Status VarHandleShape(ShapeContext& c) {
  DType dtype;
  PartialShape shape;
  MR_RETURN_IF_ERROR(c.GetAttr("dtype", &dtype));
  MR_RETURN_IF_ERROR(c.GetAttr("shape", &shape));
  c.set_output(0, PartialShape::Scalar());
  c.set_output_handle(0, {{dtype, shape}});
  return absl::OkStatus();
}

absl::Status ShapeOfHandle(ShapeContext& c) {
  const HandleData* handle = c.input_handle(0);
  const int rank = handle == nullptr || handle->empty() ? -1 : (*handle)[0].shape.rank();
  c.set_output(0, PartialShape::Of({rank}));
  return absl::OkStatus();
}

absl::Status ScalarHandle(ShapeContext& c) { return c.WithRank(0, 0).status(); }

}  // namespace

absl::Status RegisterVarHandle(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("VarHandleOp")
                               .Output("resource: resource")
                               .Attr("container: string = ''")
                               .Attr("shared_name: string = ''")
                               .Attr("debug_name: string = ''")
                               .Attr("dtype: type")
                               .Attr("shape: shape")
                               .Attr("allowed_devices: list(string) = []")
                               .Stateful()
                               .Doc("A handle of the variable of this name (shared_name, else the "
                                    "node's own). The variable need not exist yet.")
                               .Shape(VarHandleShape)
                               .NotDifferentiable()
                               .Cpu<VarHandleKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("VarIsInitializedOp")
                               .Input("resource: resource")
                               .Output("is_initialized: bool")
                               .Stateful()
                               .Doc("True if the variable exists and has a value.")
                               .Shape(ScalarHandle, ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<VarIsInitializedKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("VariableShape")
                               .Input("input: resource")
                               .Output("output: out_type")
                               .Attr("out_type: {int32, int64} = DT_INT32")
                               .Stateful()
                               .Doc("The shape of the variable's value.")
                               .Shape(ShapeOfHandle)
                               .NotDifferentiable()
                               .Cpu<VariableShapeKernel>()));
  return r.Add(Op("DestroyResourceOp")
                   .Input("resource: resource")
                   .Attr("ignore_lookup_error: bool = true")
                   .Stateful()
                   .Doc("Removes the resource from its device.")
                   .Shape(ScalarHandle)
                   .NotDifferentiable()
                   .Cpu<DestroyResourceKernel>());
}

}  // namespace millrace
