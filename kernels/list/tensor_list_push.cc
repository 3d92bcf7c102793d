// TensorListPushBack, TensorListPopBack, TensorListPushBackBatch.
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "kernels/list/list_shapes.h"
#include "kernels/list/tensor_list.h"

namespace millrace {
namespace {

absl::Status Push(Tensor element, TensorList* list) {
  MR_RETURN_IF_ERROR(CheckElement(*list, element));
  if (list->max_num_elements >= 0 &&
      static_cast<int64_t>(list->tensors.size()) >= list->max_num_elements) {
    return absl::InvalidArgumentError(
        absl::StrCat("Tried to push item into a full list, list size: ", list->tensors.size(),
                     " max_num_elements: ", list->max_num_elements));
  }
  list->tensors.push_back(std::move(element));
  return absl::OkStatus();
}

class ListKernel : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    return c.GetAttr("element_dtype", &element_dtype_);
  }

 protected:
  DType element_dtype_ = DType::kInvalid;
};

class PushBackKernel final : public ListKernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(TensorList * list, ForwardList(c, 0, 0, element_dtype_));
    return Push(c.take_input(1), list);
  }
};

class PopBackKernel final : public ListKernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const PartialShape shape, ElementShapeInput(c, 1));
    MR_ASSIGN_OR_RETURN(TensorList * list, ForwardList(c, 0, 0, element_dtype_));
    if (list->tensors.empty()) {
      return absl::InvalidArgumentError("Trying to pop from an empty list.");
    }
    const auto last = static_cast<int64_t>(list->tensors.size()) - 1;
    MR_ASSIGN_OR_RETURN(Tensor element, Element(*list, last, shape));
    list->tensors.pop_back();
    c.set_output(1, std::move(element));
    return absl::OkStatus();
  }
};

// Row i of the tensor to list i.
class PushBackBatchKernel final : public ListKernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& lists = c.input(0);
    const Tensor& rows = c.input(1);
    if (rows.rank() < 1 || lists.rank() != 1 || lists.dim(0) != rows.dim(0)) {
      return absl::InvalidArgumentError(
          absl::StrCat("Expected a vector of lists and as many rows, but they have shapes ",
                       lists.shape().ToString(), " and ", rows.shape().ToString()));
    }
    Shape row_shape = rows.shape();
    row_shape.RemoveDim(0);
    MR_ASSIGN_OR_RETURN(Tensor out, Tensor::Create(DType::kVariant, lists.shape()));
    for (int64_t i = 0; i < lists.dim(0); ++i) {
      Variant list = lists.data<Variant>()[i];
      if (list.get<TensorList>() == nullptr) {
        return absl::InvalidArgumentError(absl::StrCat("Element ", i, " is no list of tensors"));
      }
      MR_ASSIGN_OR_RETURN(Tensor row, rows.Slice(i, i + 1).Reshaped(row_shape));
      MR_RETURN_IF_ERROR(Push(std::move(row), list.MutableOrCopy<TensorList>()));
      out.mutable_data<Variant>()[i] = std::move(list);
    }
    c.set_output(0, std::move(out));
    return absl::OkStatus();
  }
};

absl::Status PushBackShape(ShapeContext& c) {
  SetListOutput(c, 0, c.input_type(1), PartialShape::Unknown());
  MR_ASSIGN_OR_RETURN(PartialShape shape, ElementShapeOf(c, 0).MergeWith(c.input(1)));
  SetListOutput(c, 0, c.input_type(1), ElementShapeOf(c, 0));
  return absl::OkStatus();
}

absl::Status PopBackShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(SameList(c));
  return ElementShapeOutput(c, 1, 1);
}

// What was pushed last is the gradient of what was pushed.
absl::StatusOr<Gradients> PushBackGradient(Builder& b, const OpView& op, const Gradients& dy) {
  if (!dy[0].valid()) return Gradients(2);
  const Outputs popped = b.Op("TensorListPopBack", {dy[0], b.Shape(op.input(1))},
                              {{"element_dtype", op.attr<DType>("element_dtype")}});
  if (!b.ok()) return b.status();
  return Gradients{popped[0], popped[1]};
}

absl::StatusOr<Gradients> PopBackGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const DType dtype = op.attr<DType>("element_dtype");
  Output list = dy[0], element = dy[1];
  if (!element.valid()) element = b.ZerosLike(op.output(1));
  if (!list.valid()) {
    list = b.Op1("EmptyTensorList", {b.Shape(element), b.Scalar<int32_t>(-1)},
                 {{"element_dtype", dtype}, {"shape_type", DType::kInt32}});
  }
  return Gradients{b.Op1("TensorListPushBack", {list, element}, {{"element_dtype", dtype}}),
                   Gradient()};
}

}  // namespace

absl::Status RegisterTensorListPush(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("TensorListPushBack")
                               .Input("input_handle: variant")
                               .Input("tensor: element_dtype")
                               .Output("output_handle: variant")
                               .Attr("element_dtype: type")
                               .Doc("The list with `tensor` behind its last element.")
                               .Shape(PushBackShape)
                               .Gradient(PushBackGradient)
                               .Cpu<PushBackKernel>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("TensorListPopBack")
                .Input("input_handle: variant")
                .Input("element_shape: int32")
                .Output("output_handle: variant")
                .Output("tensor: element_dtype")
                .Attr("element_dtype: type")
                .Doc("The list without its last element, and that element.\n"
                     "element_shape: what the element's shape must be, -1 where it is open.")
                .Shape(PopBackShape)
                .Gradient(PopBackGradient)
                .Cpu<PopBackKernel>()));
  return r.Add(Op("TensorListPushBackBatch")
                   .Input("input_handles: variant")
                   .Input("tensor: element_dtype")
                   .Output("output_handles: variant")
                   .Attr("element_dtype: type")
                   .Doc("A vector of lists, each with a row of `tensor` behind its last element.")
                   .Shape(SameAsInput0)
                   .NotDifferentiable()
                   .Cpu<PushBackBatchKernel>());
}

}  // namespace millrace
