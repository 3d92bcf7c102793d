// TensorArrayV3 and the ops on it.
#include <atomic>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "core/runtime/step.h"
#include "kernels/array/elements.h"
#include "kernels/array/int_args.h"
#include "kernels/array/stack_tensors.h"
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

class WriteKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const auto array, c.resource<TensorArrayResource>(0));
    MR_ASSIGN_OR_RETURN(const int64_t index, IntArg(c.input(1), "index"));
    MR_RETURN_IF_ERROR(array->Write(index, c.input(2)));
    c.set_output(0, c.take_input(3));
    return absl::OkStatus();
  }
};

absl::Status CheckDtype(const TensorArrayResource& array, DType dtype) {
  if (array.dtype() == dtype) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("TensorArray dtype is ", DTypeName(array.dtype()),
                                                 " but Op requested dtype ", DTypeName(dtype),
                                                 "."));
}

class ReadKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const auto array, c.resource<TensorArrayResource>(0));
    MR_RETURN_IF_ERROR(CheckDtype(*array, c.output_type(0)));
    MR_ASSIGN_OR_RETURN(const int64_t index, IntArg(c.input(1), "index"));
    MR_ASSIGN_OR_RETURN(Tensor value, array->Read(index));
    c.set_output(0, std::move(value));
    return absl::OkStatus();
  }
};

class GatherElementsKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    return c.GetAttr("element_shape", &element_shape_);
  }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const auto array, c.resource<TensorArrayResource>(0));
    MR_RETURN_IF_ERROR(CheckDtype(*array, c.output_type(0)));
    MR_ASSIGN_OR_RETURN(const DimVector indices, IntVectorArg(c.input(1), "indices"));
    if (indices.empty()) {
      MR_ASSIGN_OR_RETURN(const PartialShape shape,
                          array->element_shape().MergeWith(element_shape_));
      if (!shape.fully_defined()) {
        return absl::UnimplementedError(
            "TensorArray has size zero, but element shape is not fully defined");
      }
      Shape none = shape.ToShape();
      MR_RETURN_IF_ERROR(none.InsertDim(0, 0));
      Tensor* out;
      return c.allocate_output(0, none, &out);
    }
    std::vector<Tensor> elements;
    for (const int64_t index : indices) {
      MR_ASSIGN_OR_RETURN(Tensor value, array->Read(index));
      if (!element_shape_.IsCompatibleWith(value.shape())) {
        return absl::InvalidArgumentError(absl::StrCat("element ", index, " has shape ",
                                                       value.shape().ToString(), ", expected ",
                                                       element_shape_.ToString()));
      }
      elements.push_back(std::move(value));
    }
    absl::StatusOr<Tensor> stacked = StackTensors(elements);
    if (!stacked.ok()) return Annotate(stacked.status(), "TensorArray has inconsistent shapes");
    c.set_output(0, *std::move(stacked));
    return absl::OkStatus();
  }

 private:
  PartialShape element_shape_;
};

class ScatterElementsKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const auto array, c.resource<TensorArrayResource>(0));
    MR_ASSIGN_OR_RETURN(const DimVector indices, IntVectorArg(c.input(1), "indices"));
    const Tensor& value = c.input(2);
    if (value.rank() < 1 || value.dim(0) != static_cast<int64_t>(indices.size())) {
      return absl::InvalidArgumentError(
          absl::StrCat("Expected len(indices) == values.shape[0], but saw: ", indices.size(),
                       " vs. ", value.shape().ToString()));
    }
    Shape row = value.shape();
    row.RemoveDim(0);
    for (int64_t i = 0; i < value.dim(0); ++i) {
      MR_ASSIGN_OR_RETURN(Tensor element, value.Slice(i, i + 1).Reshaped(row));
      MR_RETURN_IF_ERROR(array->Write(indices[i], std::move(element)));
    }
    c.set_output(0, c.take_input(3));
    return absl::OkStatus();
  }
};

class ConcatElementsKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const auto array, c.resource<TensorArrayResource>(0));
    MR_RETURN_IF_ERROR(CheckDtype(*array, c.output_type(0)));
    std::vector<Tensor> elements;
    std::vector<int64_t> lengths;
    int64_t total = 0;
    for (int64_t i = 0; i < array->size(); ++i) {
      MR_ASSIGN_OR_RETURN(Tensor value, array->Read(i));
      bool fits = value.rank() >= 1 && (i == 0 || value.rank() == elements[0].rank());
      for (int d = 1; fits && i > 0 && d < value.rank(); ++d)
        fits = value.dim(d) == elements[0].dim(d);
      if (!fits)
        return absl::InvalidArgumentError(absl::StrCat("TensorArray element ", i, " of shape ",
                                                       value.shape().ToString(),
                                                       " cannot be concatenated"));
      lengths.push_back(value.dim(0));
      total += value.dim(0);
      elements.push_back(std::move(value));
    }
    if (elements.empty())
      return absl::UnimplementedError("concatenation of a TensorArray of size zero");
    Shape shape = elements[0].shape();
    MR_RETURN_IF_ERROR(shape.SetDim(0, total));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    int64_t at = 0;
    for (const Tensor& e : elements) {
      CopyElements(e.dtype(), e.raw_data(), MutableElementAt(*out, at), e.num_elements());
      at += e.num_elements();
    }
    c.set_output(1, Tensor::Vector<int64_t>(lengths));
    return absl::OkStatus();
  }
};

class SplitElementsKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const auto array, c.resource<TensorArrayResource>(0));
    const Tensor& value = c.input(1);
    MR_ASSIGN_OR_RETURN(const DimVector lengths, IntVectorArg(c.input(2), "lengths"));
    int64_t total = 0;
    for (const int64_t n : lengths) {
      if (n < 0 || __builtin_add_overflow(total, n, &total))
        return absl::InvalidArgumentError("lengths must not be negative");
    }
    if (value.rank() < 1 || total != value.dim(0)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Expected sum of lengths to be equal to values.shape[0], but sum of lengths is ", total,
          " and value's shape is: ", value.shape().ToString()));
    }
    int64_t begin = 0;
    for (size_t i = 0; i < lengths.size(); ++i) {
      MR_RETURN_IF_ERROR(
          array->Write(static_cast<int64_t>(i), value.Slice(begin, begin + lengths[i])));
      begin += lengths[i];
    }
    c.set_output(0, c.take_input(3));
    return absl::OkStatus();
  }
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

// The gradient array of the array that input 0 names, after `flow`.
Outputs GradientArray(Builder& b, const OpView& op, Output flow) {
  Outputs out = b.Op("TensorArrayGradV3", {op.input(0), flow}, {{"source", "gradients"}});
  out.resize(2);
  return out;
}

// What was read from the array is written to the gradient array.
absl::StatusOr<Gradients> ReadGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Outputs g = GradientArray(b, op, op.input(2));
  return Gradients{{}, {}, b.Op1("TensorArrayWriteV3", {g[0], op.input(1), dy[0], g[1]})};
}
absl::StatusOr<Gradients> GatherElementsGradient(Builder& b, const OpView& op,
                                                 const Gradients& dy) {
  const Outputs g = GradientArray(b, op, op.input(2));
  return Gradients{{}, {}, b.Op1("TensorArrayScatterV3", {g[0], op.input(1), dy[0], g[1]})};
}
absl::StatusOr<Gradients> ConcatElementsGradient(Builder& b, const OpView& op,
                                                 const Gradients& dy) {
  const Outputs g = GradientArray(b, op, op.input(1));
  return Gradients{{}, b.Op1("TensorArraySplitV3", {g[0], dy[0], op.output(1), g[1]})};
}
// And the other way round.
absl::StatusOr<Gradients> WriteGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Outputs g = GradientArray(b, op, dy[0]);
  return Gradients{
      {},
      {},
      b.Op1("TensorArrayReadV3", {g[0], op.input(1), g[1]}, {{"dtype", op.attr<DType>("T")}}),
      dy[0]};
}
absl::StatusOr<Gradients> ScatterElementsGradient(Builder& b, const OpView& op,
                                                  const Gradients& dy) {
  const Outputs g = GradientArray(b, op, dy[0]);
  return Gradients{
      {},
      {},
      b.Op1("TensorArrayGatherV3", {g[0], op.input(1), g[1]}, {{"dtype", op.attr<DType>("T")}}),
      dy[0]};
}
absl::StatusOr<Gradients> SplitElementsGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Outputs g = GradientArray(b, op, dy[0]);
  return Gradients{
      {}, b.Op1("TensorArrayConcatV3", {g[0], g[1]}, {{"dtype", op.attr<DType>("T")}}), {}, dy[0]};
}

}  // namespace

absl::Status RegisterTensorArrayOps(Registry& r) {
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
  MR_RETURN_IF_ERROR(r.Add(Op("TensorArrayWriteV3")
                               .Input("handle: resource")
                               .Input("index: int32")
                               .Input("value: T")
                               .Input("flow_in: float")
                               .Output("flow_out: float")
                               .Attr("T: type")
                               .Stateful()
                               .Doc("Writes element `index`.")
                               .Shape(ScalarOutputs)
                               .Gradient(WriteGradient)
                               .Cpu<WriteKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("TensorArrayReadV3")
                               .Input("handle: resource")
                               .Input("index: int32")
                               .Input("flow_in: float")
                               .Output("value: dtype")
                               .Attr("dtype: type")
                               .Stateful()
                               .Doc("Reads element `index`.")
                               .Shape(UnknownOutputs)
                               .Gradient(ReadGradient)
                               .Cpu<ReadKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("TensorArrayGatherV3")
                               .Input("handle: resource")
                               .Input("indices: int32")
                               .Input("flow_in: float")
                               .Output("value: dtype")
                               .Attr("dtype: type")
                               .Attr("element_shape: shape = { unknown_rank: true }")
                               .Stateful()
                               .Doc("Reads elements, stacked.")
                               .Shape(UnknownOutputs)
                               .Gradient(GatherElementsGradient)
                               .Cpu<GatherElementsKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("TensorArrayScatterV3")
                               .Input("handle: resource")
                               .Input("indices: int32")
                               .Input("value: T")
                               .Input("flow_in: float")
                               .Output("flow_out: float")
                               .Attr("T: type")
                               .Stateful()
                               .Doc("Writes the rows of `value` as elements.")
                               .Shape(ScalarOutputs)
                               .Gradient(ScatterElementsGradient)
                               .Cpu<ScatterElementsKernel>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("TensorArrayConcatV3")
                .Input("handle: resource")
                .Input("flow_in: float")
                .Output("value: dtype")
                .Output("lengths: int64")
                .Attr("dtype: type")
                .Attr("element_shape_except0: shape = { unknown_rank: true }")
                .Stateful()
                .Doc("Reads all elements, joined along dimension 0, and how long each was.")
                .Shape(UnknownOutputs)
                .Gradient(ConcatElementsGradient)
                .Cpu<ConcatElementsKernel>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("TensorArraySplitV3")
                .Input("handle: resource")
                .Input("value: T")
                .Input("lengths: int64")
                .Input("flow_in: float")
                .Output("flow_out: float")
                .Attr("T: type")
                .Stateful()
                .Doc("Writes consecutive parts of `value`, of the given lengths, as elements.")
                .Shape(ScalarOutputs)
                .Gradient(SplitElementsGradient)
                .Cpu<SplitElementsKernel>()));
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
