// TensorArrayV3, TensorArrayGradV3, TensorArrayGradWithShape, TensorArraySizeV3,
// TensorArrayCloseV3: the arrays themselves.
#include <atomic>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "core/runtime/step.h"
#include "kernels/array/int_args.h"
#include "kernels/tensor_array/tensor_array_resource.h"

namespace millrace {
namespace {

Tensor HandleOf(KernelContext& c, absl::string_view container, absl::string_view name) {
  return Tensor::Scalar<ResourceHandle>(
      c.resources().MakeHandle(container, name, TensorArrayResource::kTypeName));
}

class TensorArrayKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("dtype", &options_.dtype));
    MR_RETURN_IF_ERROR(c.GetAttr("element_shape", &options_.element_shape));
    MR_RETURN_IF_ERROR(c.GetAttr("dynamic_size", &options_.dynamic_size));
    MR_RETURN_IF_ERROR(c.GetAttr("clear_after_read", &options_.clear_after_read));
    MR_RETURN_IF_ERROR(c.GetAttr("identical_element_shapes", &options_.identical_shapes));
    MR_RETURN_IF_ERROR(c.GetAttr("tensor_array_name", &name_));
    if (name_.empty()) name_ = c.node_name();
    return absl::OkStatus();
  }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const int64_t size, IntArg(c.input(0), "size"));
    if (size < 0)
      return absl::InvalidArgumentError(absl::StrCat("Size should be >= 0, got ", size));
    const std::string name = absl::StrCat(name_, "_", counter_.fetch_add(1)),
                      container = c.step().container();
    MR_RETURN_IF_ERROR(c.resources().Create(container, name,
                                            std::make_shared<TensorArrayResource>(options_, size)));
    c.set_output(0, HandleOf(c, container, name));
    c.set_output(1, Tensor::Scalar<float>(0));
    return absl::OkStatus();
  }

 private:
  TensorArrayOptions options_;
  std::string name_;
  std::atomic<int64_t> counter_{0};
};

// One gradient array for each source, made by the first who asks.
class TensorArrayGradKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("source", &source_); }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const ResourceHandle* handle, c.handle(0));
    MR_ASSIGN_OR_RETURN(const auto array, c.resource<TensorArrayResource>(0));
    Shape prepend;
    if (c.num_inputs() > 2) {
      MR_ASSIGN_OR_RETURN(prepend, ShapeArg(c.input(2), "shape_to_prepend"));
    }
    Tensor gradient = HandleOf(c, handle->container, absl::StrCat(handle->name, "@", source_));
    MR_RETURN_IF_ERROR(
        c.resources()
            .LookupOrCreate<TensorArrayResource>(gradient.scalar<ResourceHandle>(),
                                                 [&] { return array->MakeGradient(prepend); })
            .status());
    c.set_output(0, std::move(gradient));
    c.set_output(1, c.take_input(1));
    return absl::OkStatus();
  }

 private:
  std::string source_;
};

class ArraySizeKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const auto array, c.resource<TensorArrayResource>(0));
    c.set_output(0, Tensor::Scalar<int32_t>(static_cast<int32_t>(array->size())));
    return absl::OkStatus();
  }
};

class ArrayCloseKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const ResourceHandle* handle, c.handle(0));
    return c.resources().Delete(*handle);
  }
};

}  // namespace

absl::Status RegisterArrayHandles(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("TensorArrayV3")
                               .Input("size: int32")
                               .Output("handle: resource")
                               .Output("flow: float")
                               .Attr("dtype: type")
                               .Attr("element_shape: shape = { unknown_rank: true }")
                               .Attr("dynamic_size: bool = false")
                               .Attr("clear_after_read: bool = true")
                               .Attr("identical_element_shapes: bool = false")
                               .Attr("tensor_array_name: string = ''")
                               .Stateful()
                               .Doc("An array of tensors that lives as long as the step, and a "
                                    "scalar that orders the ops on it.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<TensorArrayKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("TensorArrayGradV3")
                               .Input("handle: resource")
                               .Input("flow_in: float")
                               .Output("grad_handle: resource")
                               .Output("flow_out: float")
                               .Attr("source: string")
                               .Stateful()
                               .Doc("The array of the gradients of an array's elements.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<TensorArrayGradKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("TensorArrayGradWithShape")
                               .Input("handle: resource")
                               .Input("flow_in: float")
                               .Input("shape_to_prepend: int32")
                               .Output("grad_handle: resource")
                               .Output("flow_out: float")
                               .Attr("source: string")
                               .Stateful()
                               .Doc("TensorArrayGradV3 with further leading dimensions.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<TensorArrayGradKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("TensorArraySizeV3")
                               .Input("handle: resource")
                               .Input("flow_in: float")
                               .Output("size: int32")
                               .Stateful()
                               .Doc("How many elements there are.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<ArraySizeKernel>()));
  return r.Add(Op("TensorArrayCloseV3")
                   .Input("handle: resource")
                   .Stateful()
                   .Doc("Removes the array.")
                   .Shape(NoOutputs)
                   .NotDifferentiable()
                   .Cpu<ArrayCloseKernel>());
}

}  // namespace millrace
