// TensorListGetItem, TensorListSetItem.
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

class GetItemKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    return c.GetAttr("element_dtype", &element_dtype_);
  }
  absl::Status Compute(KernelContext& c) override {
    std::shared_ptr<TensorList> decoded;
    MR_ASSIGN_OR_RETURN(const TensorList* list, ListInput(c, 0, element_dtype_, &decoded));
    MR_ASSIGN_OR_RETURN(const int64_t index, ScalarInput(c, 1, "index"));
    MR_ASSIGN_OR_RETURN(const PartialShape shape, ElementShapeInput(c, 2));
    if (index < 0 || index >= static_cast<int64_t>(list->tensors.size())) {
      return absl::InvalidArgumentError(absl::StrCat("Trying to access element ", index,
                                                     " in a list with ", list->tensors.size(),
                                                     " elements."));
    }
    MR_ASSIGN_OR_RETURN(Tensor element, Element(*list, index, shape));
    c.set_output(0, std::move(element));
    return absl::OkStatus();
  }

 private:
  DType element_dtype_ = DType::kInvalid;
};

class SetItemKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("element_dtype", &element_dtype_));
    return c.GetAttr("resize_if_index_out_of_bounds", &resize_);
  }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const int64_t index, ScalarInput(c, 1, "index"));
    MR_ASSIGN_OR_RETURN(TensorList * list, ForwardList(c, 0, 0, element_dtype_));
    const auto size = static_cast<int64_t>(list->tensors.size());
    if (index < 0 || (index >= size && !resize_)) {
      return absl::InvalidArgumentError(
          absl::StrCat("Trying to modify element ", index, " in a list with ", size, " elements."));
    }
    MR_RETURN_IF_ERROR(CheckElement(*list, c.input(2)));
    if (index >= size) list->tensors.resize(index + 1);
    list->tensors[index] = c.take_input(2);
    return absl::OkStatus();
  }

 private:
  DType element_dtype_ = DType::kInvalid;
  bool resize_ = false;
};

absl::Status GetItemShape(ShapeContext& c) { return ElementShapeOutput(c, 2, 0); }

absl::Status SetItemShape(ShapeContext& c) {
  SetListOutput(c, 0, c.input_type(2), ElementShapeOf(c, 0));
  return absl::OkStatus();
}

// A list of zeros but for the element that was read.
absl::StatusOr<Gradients> GetItemGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const DType dtype = op.attr<DType>("element_dtype");
  const Output shape =
      b.Op1("TensorListElementShape", {op.input(0)}, {{"shape_type", DType::kInt32}});
  const Output zeros = b.Op1("TensorListReserve", {shape, b.Op1("TensorListLength", {op.input(0)})},
                             {{"element_dtype", dtype}, {"shape_type", DType::kInt32}});
  return Gradients{
      b.Op1("TensorListSetItem", {zeros, op.input(1), dy[0]}, {{"element_dtype", dtype}}),
      Gradient(), Gradient()};
}

absl::StatusOr<Gradients> SetItemGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const DType dtype = op.attr<DType>("element_dtype");
  const Output list = b.Op1("TensorListSetItem", {dy[0], op.input(1), b.ZerosLike(op.input(2))},
                            {{"element_dtype", dtype}});
  const Output item = b.Op1("TensorListGetItem", {dy[0], op.input(1), b.Shape(op.input(2))},
                            {{"element_dtype", dtype}});
  return Gradients{list, Gradient(), item};
}

}  // namespace

absl::Status RegisterTensorListItem(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("TensorListGetItem")
                               .Input("input_handle: variant")
                               .Input("index: int32")
                               .Input("element_shape: Tshape")
                               .Output("item: element_dtype")
                               .Attr("element_dtype: type")
                               .Attr("Tshape: {int32, int64} = DT_INT32")
                               .Doc("Element `index` of the list; zeros if it was never set.\n"
                                    "element_shape: what its shape must be, -1 where it is open.")
                               .Shape(GetItemShape)
                               .Gradient(GetItemGradient)
                               .Cpu<GetItemKernel>()));
  return r.Add(Op("TensorListSetItem")
                   .Input("input_handle: variant")
                   .Input("index: int32")
                   .Input("item: element_dtype")
                   .Output("output_handle: variant")
                   .Attr("element_dtype: type")
                   .Attr("resize_if_index_out_of_bounds: bool = false")
                   .Doc("The list with `item` as its element `index`.")
                   .Shape(SetItemShape)
                   .Gradient(SetItemGradient)
                   .Cpu<SetItemKernel>());
}

}  // namespace millrace
