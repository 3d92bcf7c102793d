// ResourceGather and ResourceGatherNd: rows of a variable by index, without a copy of the whole.
#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/gather_nd.h"
#include "kernels/array/gather_rows.h"
#include "kernels/state/variable_access.h"

namespace millrace {
namespace {

class ResourceGatherKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    return c.GetAttr("batch_dims", &batch_dims_);
  }
  absl::Status Compute(KernelContext& c) override {
    // A snapshot: an update meanwhile makes a copy of its own.
    MR_ASSIGN_OR_RETURN(const Tensor params, ReadVariable(c, 0));
    if (params.dtype() != c.output_type(0)) {
      return absl::InvalidArgumentError(absl::StrCat("variable is of type ",
                                                     DTypeName(params.dtype()), ", not ",
                                                     DTypeName(c.output_type(0))));
    }
    return GatherRows(c, params, c.input(1), batch_dims_, batch_dims_);
  }

 private:
  int64_t batch_dims_;
};

class ResourceGatherNdKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const Tensor params, ReadVariable(c, 0));
    if (params.dtype() != c.output_type(0)) {
      return absl::InvalidArgumentError(absl::StrCat("variable is of type ",
                                                     DTypeName(params.dtype()), ", not ",
                                                     DTypeName(c.output_type(0))));
    }
    return GatherSlices(c, params, c.input(1));
  }
};

absl::Status ResourceGatherNdShape(ShapeContext& c) {
  const HandleData* handle = c.input_handle(0);
  if (handle == nullptr || handle->empty()) return absl::OkStatus();
  MR_ASSIGN_OR_RETURN(PartialShape out, GatherNdShape((*handle)[0].shape, c.input(1)));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::StatusOr<Gradients> ResourceGatherNdGradient(Builder& b, const OpView& op,
                                                   const Gradients& dy) {
  const DType index = b.dtype(op.input(1));
  const Output shape = b.Op1("VariableShape", {op.input(0)}, {{"out_type", index}});
  return Gradients{b.Op1("ScatterNd", {op.input(1), dy[0], shape}), {}};
}

absl::Status ResourceGatherShape(ShapeContext& c) {
  int64_t batch_dims;
  MR_RETURN_IF_ERROR(c.GetAttr("batch_dims", &batch_dims));
  const HandleData* handle = c.input_handle(0);
  if (handle == nullptr || handle->empty()) return absl::OkStatus();
  MR_ASSIGN_OR_RETURN(PartialShape out,
                      GatherShape((*handle)[0].shape, c.input(1), batch_dims, batch_dims));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::StatusOr<Gradients> ResourceGatherGradient(Builder& b, const OpView& op,
                                                 const Gradients& dy) {
  if (op.attr<int64_t>("batch_dims") != 0) {
    return absl::UnimplementedError("the gradient of ResourceGather with batch_dims");
  }
  const Output shape = b.Op1("VariableShape", {op.input(0)});
  return Gradients{GatherRowsGradient(b, dy[0], op.input(1), shape), {}};
}

}  // namespace

absl::Status RegisterResourceGather(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(
      Op("ResourceGatherNd")
          .Input("resource: resource")
          .Input("indices: Tindices")
          .Output("output: dtype")
          .Attr("dtype: type")
          .Attr("Tindices: {int32, int64}")
          .Stateful()
          .Doc(
              "Slices of the variable at the positions that the last dimension of `indices` holds.")
          .Shape(ResourceGatherNdShape)
          .Gradient(ResourceGatherNdGradient)
          .Cpu<ResourceGatherNdKernel>()));
  return r.Add(Op("ResourceGather")
                   .Input("resource: resource")
                   .Input("indices: Tindices")
                   .Output("output: dtype")
                   .Attr("batch_dims: int = 0")
                   .Attr("validate_indices: bool = true")
                   .Attr("dtype: type")
                   .Attr("Tindices: {int32, int64}")
                   .Stateful()
                   .Doc("output[i..., n...] = variable[indices[i...], n...].")
                   .Shape(ResourceGatherShape)
                   .Gradient(ResourceGatherGradient)
                   .Cpu<ResourceGatherKernel>());
}

}  // namespace millrace
