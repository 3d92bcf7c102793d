// TensorListGather, TensorListScatter, TensorListScatterV2, TensorListScatterIntoExistingList.
#include <algorithm>
#include <utility>
#include <vector>

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

// A scatter makes a list no longer than this.
constexpr int64_t kMaxSize = int64_t{1} << 28;

absl::StatusOr<std::vector<int64_t>> Indices(const KernelContext& c, int i) {
  const Tensor& t = c.input(i);
  if (t.rank() != 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "Expected indices to be a vector, but received shape: ", t.shape().ToString()));
  }
  const auto values = t.flat<int32_t>();
  return std::vector<int64_t>(values.begin(), values.end());
}

class GatherKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    return c.GetAttr("element_dtype", &element_dtype_);
  }
  absl::Status Compute(KernelContext& c) override {
    std::shared_ptr<TensorList> decoded;
    MR_ASSIGN_OR_RETURN(const TensorList* list, ListInput(c, 0, element_dtype_, &decoded));
    MR_ASSIGN_OR_RETURN(const std::vector<int64_t> indices, Indices(c, 1));
    MR_ASSIGN_OR_RETURN(const PartialShape wanted, ElementShapeInput(c, 2));
    for (const int64_t i : indices) {
      if (i >= 0 && i < static_cast<int64_t>(list->tensors.size())) continue;
      return absl::InvalidArgumentError(absl::StrCat("Index ", i, " out of range; list only has ",
                                                     list->tensors.size(), " elements."));
    }
    return StackElements(c, *list, indices, wanted);
  }

 private:
  DType element_dtype_ = DType::kInvalid;
};

// Row k of `rows` becomes element indices[k], in a list that grows for it.
absl::Status ScatterRows(const Tensor& rows, const std::vector<int64_t>& indices,
                         TensorList* list) {
  if (rows.rank() < 1 || rows.dim(0) != static_cast<int64_t>(indices.size())) {
    return absl::InvalidArgumentError(
        absl::StrCat("Invalid number of rows in input tensor. Expected: ", indices.size(),
                     " Actual shape: ", rows.shape().ToString()));
  }
  MR_RETURN_IF_ERROR(CheckRows(rows, list->element_shape));
  for (size_t k = 0; k < indices.size(); ++k) {
    const int64_t i = indices[k];
    if (i < 0 || i >= kMaxSize) {
      return absl::InvalidArgumentError(
          absl::StrCat("Indices in TensorListScatter must all be non-negative and below ", kMaxSize,
                       ", but there is ", i));
    }
    if (i >= static_cast<int64_t>(list->tensors.size())) list->tensors.resize(i + 1);
    MR_ASSIGN_OR_RETURN(list->tensors[i], Row(rows, static_cast<int64_t>(k)));
  }
  return absl::OkStatus();
}

// TensorListScatter and, with a fourth input, V2.
class ScatterKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    auto list = std::make_shared<TensorList>();
    list->element_dtype = c.input(0).dtype();
    MR_ASSIGN_OR_RETURN(const std::vector<int64_t> indices, Indices(c, 1));
    MR_ASSIGN_OR_RETURN(list->element_shape, ElementShapeInput(c, 2));
    int64_t size = -1;
    if (c.num_inputs() > 3) {
      MR_ASSIGN_OR_RETURN(size, ScalarInput(c, 3, "num_elements"));
    }
    if (size < -1 || size > kMaxSize) {
      return absl::InvalidArgumentError(
          absl::StrCat("TensorListScatter expects num_elements >= -1, found: ", size));
    }
    const auto outside =
        std::find_if(indices.begin(), indices.end(), [&](int64_t i) { return i >= size; });
    if (size >= 0 && outside != indices.end()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "TensorListScatter: Trying to scatter at index ", *outside, " in list with size ", size));
    }
    if (size > 0) list->tensors.resize(size);
    MR_RETURN_IF_ERROR(ScatterRows(c.input(0), indices, list.get()));
    c.set_output(0, ListTensor(std::move(list)));
    return absl::OkStatus();
  }
};

class ScatterIntoKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const std::vector<int64_t> indices, Indices(c, 2));
    MR_ASSIGN_OR_RETURN(TensorList * list, ForwardList(c, 0, 0, c.input(1).dtype()));
    return ScatterRows(c.input(1), indices, list);
  }
};

absl::Status GatherShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(ElementShapeOutput(c, 2, 0));
  const PartialShape& indices = c.input(1);
  c.set_output(0, WithLeadingDim(indices.rank() == 1 ? indices.dim(0) : -1, c.output(0)));
  return absl::OkStatus();
}

absl::Status ScatterShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(PartialShape shape, ElementShapeFrom(c, 2));
  SetListOutput(c, 0, c.input_type(0), std::move(shape));
  return absl::OkStatus();
}

Output GatherRows(Builder& b, const OpView& op, Output list, int rows, int indices) {
  return b.Op1("TensorListGather", {list, op.input(indices), RowShape(b, op.input(rows))},
               {{"element_dtype", op.attr<DType>("element_dtype")}});
}

absl::StatusOr<Gradients> GatherGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const DType dtype = op.attr<DType>("element_dtype");
  const Output shape =
      b.Op1("TensorListElementShape", {op.input(0)}, {{"shape_type", DType::kInt32}});
  const Output length = b.Op1("TensorListLength", {op.input(0)});
  return Gradients{b.Op1("TensorListScatterV2", {dy[0], op.input(1), shape, length},
                         {{"element_dtype", dtype}, {"shape_type", DType::kInt32}}),
                   Gradient(), Gradient()};
}

absl::StatusOr<Gradients> ScatterGradient(Builder& b, const OpView& op, const Gradients& dy) {
  Gradients dx(op.num_inputs());
  dx[0] = GatherRows(b, op, dy[0], 0, 1);
  return dx;
}

absl::StatusOr<Gradients> ScatterIntoGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output list =
      b.Op1("TensorListScatterIntoExistingList", {dy[0], b.ZerosLike(op.input(1)), op.input(2)},
            {{"element_dtype", op.attr<DType>("element_dtype")}});
  // Rows may have made the list longer than it was.
  const Output length = b.Op1("TensorListLength", {op.input(0)});
  return Gradients{b.Op1("TensorListResize", {list, length}), GatherRows(b, op, dy[0], 1, 2),
                   Gradient()};
}

Op ScatterOp(absl::string_view name) {
  Op op(name);
  op.Input("tensor: element_dtype").Input("indices: int32").Input("element_shape: shape_type");
  if (name == "TensorListScatterV2") op.Input("num_elements: int32");
  op.Output("output_handle: variant")
      .Attr("element_dtype: type")
      .Attr("shape_type: {int32, int64}")
      .Doc(
          "A list in which row i of `tensor` is element indices[i]; others are not yet set.\n"
          "num_elements: its length; -1, or where there is no such input: as needed.")
      .Shape(ScatterShape)
      .Gradient(ScatterGradient)
      .Cpu<ScatterKernel>();
  return op;
}

}  // namespace

absl::Status RegisterTensorListGather(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("TensorListGather")
                .Input("input_handle: variant")
                .Input("indices: int32")
                .Input("element_shape: int32")
                .Output("values: element_dtype")
                .Attr("element_dtype: type")
                .Doc("The elements `indices` (a vector) of the list as the rows of a "
                     "tensor.")
                .Shape(GatherShape)
                .Gradient(GatherGradient)
                .Cpu<GatherKernel>()));
  MR_RETURN_IF_ERROR(r.Add(ScatterOp("TensorListScatter")));
  MR_RETURN_IF_ERROR(r.Add(ScatterOp("TensorListScatterV2")));
  return r.Add(Op("TensorListScatterIntoExistingList")
                   .Input("input_handle: variant")
                   .Input("tensor: element_dtype")
                   .Input("indices: int32")
                   .Output("output_handle: variant")
                   .Attr("element_dtype: type")
                   .Doc("The list in which row i of `tensor` is element indices[i].")
                   .Shape(SameList)
                   .Gradient(ScatterIntoGradient)
                   .Cpu<ScatterIntoKernel>());
}

}  // namespace millrace
