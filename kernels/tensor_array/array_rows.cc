// TensorArrayGatherV3, TensorArrayScatterV3, TensorArrayConcatV3, TensorArraySplitV3: many elements
// as one tensor.
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/elements.h"
#include "kernels/array/int_args.h"
#include "kernels/array/stack_tensors.h"
#include "kernels/tensor_array/array_use.h"
#include "kernels/tensor_array/tensor_array_resource.h"

namespace millrace {
namespace {

class GatherElementsKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    return c.GetAttr("element_shape", &element_shape_);
  }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const auto array, c.resource<TensorArrayResource>(0));
    MR_RETURN_IF_ERROR(CheckArrayDtype(*array, c.output_type(0)));
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
    MR_RETURN_IF_ERROR(CheckArrayDtype(*array, c.output_type(0)));
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

// The gradient of what was read is written to the gradient array, and the other way round.
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

absl::Status RegisterArrayRows(Registry& r) {
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
  return r.Add(Op("TensorArraySplitV3")
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
                   .Cpu<SplitElementsKernel>());
}

}  // namespace millrace
