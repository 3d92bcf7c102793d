// TensorListStack, TensorListFromTensor: a list as the rows of a tensor.
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "kernels/list/list_rows.h"
#include "kernels/list/list_shapes.h"
#include "kernels/list/tensor_list.h"

namespace millrace {
namespace {

class StackKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("element_dtype", &element_dtype_));
    return c.GetAttr("num_elements", &num_elements_);
  }
  absl::Status Compute(KernelContext& c) override {
    std::shared_ptr<TensorList> decoded;
    MR_ASSIGN_OR_RETURN(const TensorList* list, ListInput(c, 0, element_dtype_, &decoded));
    const auto size = static_cast<int64_t>(list->tensors.size());
    if (num_elements_ >= 0 && num_elements_ != size) {
      return absl::InvalidArgumentError(
          absl::StrCat("Operation expected a list with ", num_elements_,
                       " elements but got a list with ", size, " elements."));
    }
    MR_ASSIGN_OR_RETURN(const PartialShape wanted, ElementShapeInput(c, 1));
    std::vector<int64_t> all(size);
    for (int64_t i = 0; i < size; ++i) all[i] = i;
    return StackElements(c, *list, all, wanted);
  }

 private:
  DType element_dtype_ = DType::kInvalid;
  int64_t num_elements_ = -1;
};

class FromTensorKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& t = c.input(0);
    if (t.rank() < 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("Tensor must be at least a vector, but saw shape: ", t.shape().ToString()));
    }
    auto list = std::make_shared<TensorList>();
    list->element_dtype = t.dtype();
    MR_ASSIGN_OR_RETURN(list->element_shape, ElementShapeInput(c, 1));
    MR_RETURN_IF_ERROR(CheckRows(t, list->element_shape));
    list->tensors.reserve(t.dim(0));
    for (int64_t i = 0; i < t.dim(0); ++i) {
      MR_ASSIGN_OR_RETURN(Tensor row, Row(t, i));
      list->tensors.push_back(std::move(row));
    }
    c.set_output(0, ListTensor(std::move(list)));
    return absl::OkStatus();
  }
};

absl::Status StackShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(ElementShapeOutput(c, 1, 0));
  int64_t size = -1;
  MR_RETURN_IF_ERROR(c.GetAttr("num_elements", &size));
  c.set_output(0, WithLeadingDim(size < 0 ? -1 : size, c.output(0)));
  return absl::OkStatus();
}

absl::Status FromTensorShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRankAtLeast(0, 1).status());
  MR_ASSIGN_OR_RETURN(PartialShape shape, ElementShapeFrom(c, 1));
  if (c.input(0).known_rank()) {
    MR_ASSIGN_OR_RETURN(const PartialShape row, PartialShape::Create(c.input(0).dims().subspan(1)));
    MR_ASSIGN_OR_RETURN(shape, shape.MergeWith(row));
  }
  SetListOutput(c, 0, c.input_type(0), std::move(shape));
  return absl::OkStatus();
}

absl::StatusOr<Gradients> StackGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{
      b.Op1("TensorListFromTensor", {dy[0], RowShape(b, dy[0])},
            {{"element_dtype", op.attr<DType>("element_dtype")}, {"shape_type", DType::kInt32}}),
      Gradient()};
}

absl::StatusOr<Gradients> FromTensorGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Op1("TensorListStack", {dy[0], RowShape(b, op.input(0))},
                         {{"element_dtype", op.attr<DType>("element_dtype")}}),
                   Gradient()};
}

}  // namespace

absl::Status RegisterTensorListStack(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(
      Op("TensorListStack")
          .Input("input_handle: variant")
          .Input("element_shape: int32")
          .Output("tensor: element_dtype")
          .Attr("element_dtype: type")
          .Attr("num_elements: int = -1")
          .Doc("The elements of the list as the rows of a tensor; those never set are zeros.\n"
               "element_shape: their shape, -1 where it is open. num_elements: how many there "
               "must be, if not negative. tensor: [num_elements, element_shape...].")
          .Shape(StackShape)
          .Gradient(StackGradient)
          .Cpu<StackKernel>()));
  return r.Add(Op("TensorListFromTensor")
                   .Input("tensor: element_dtype")
                   .Input("element_shape: shape_type")
                   .Output("output_handle: variant")
                   .Attr("element_dtype: type")
                   .Attr("shape_type: {int32, int64}")
                   .Doc("The list of the rows of `tensor`, which has rank 1 at least.")
                   .Shape(FromTensorShape)
                   .Gradient(FromTensorGradient)
                   .Cpu<FromTensorKernel>());
}

}  // namespace millrace
