// TensorListConcat, TensorListConcatV2, TensorListSplit, TensorListConcatLists: lists whose
// elements differ in their first dimension.
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "kernels/array/elements.h"
#include "kernels/list/list_rows.h"
#include "kernels/list/list_shapes.h"
#include "kernels/list/tensor_list.h"

namespace millrace {
namespace {

// The elements with their first dimensions joined: the parts, their lengths, and their rows' shape.
struct Parts {
  std::vector<Tensor> tensors;
  std::vector<int64_t> lengths;
  PartialShape row;
};

// `leading`: first dimensions of elements that were never set.
absl::StatusOr<Parts> PartsOf(const TensorList& list, const PartialShape& wanted,
                              absl::Span<const int64_t> leading) {
  MR_ASSIGN_OR_RETURN(PartialShape element, list.element_shape.MergeWith(wanted));
  if (element.known_rank() && element.rank() < 1) {
    return absl::InvalidArgumentError(
        "Concat requires elements to be at least vectors, found scalars instead.");
  }
  Parts parts;
  if (element.known_rank()) {
    MR_ASSIGN_OR_RETURN(parts.row, PartialShape::Create(element.dims().subspan(1)));
  }
  for (const Tensor& t : list.tensors) {
    if (!t.initialized()) continue;
    if (t.rank() < 1) {
      return absl::InvalidArgumentError(
          "Concat requires elements to be at least vectors, found scalars instead.");
    }
    if (!element.IsCompatibleWith(t.shape())) {
      return absl::InvalidArgumentError(absl::StrCat("Incompatible shapes: an element has shape ",
                                                     t.shape().ToString(), ", which is not ",
                                                     element.ToString()));
    }
    MR_ASSIGN_OR_RETURN(
        parts.row, parts.row.MergeWith(Shape(absl::MakeConstSpan(t.shape().dims()).subspan(1))));
  }
  for (size_t i = 0; i < list.tensors.size(); ++i) {
    if (list.tensors[i].initialized()) {
      parts.tensors.push_back(list.tensors[i]);
    } else {
      int64_t size = element.known_rank() ? element.dim(0) : -1;
      if (i < leading.size()) size = leading[i];
      if (size < 0 || !parts.row.fully_defined()) {
        return absl::InvalidArgumentError(absl::StrCat("Concat requires the shape of element ", i,
                                                       ", which was never set, to be known"));
      }
      DimVector dims{size};
      dims.insert(dims.end(), parts.row.dims().begin(), parts.row.dims().end());
      MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create(dims));
      MR_ASSIGN_OR_RETURN(Tensor zeros, Tensor::CreateZeros(list.element_dtype, shape));
      parts.tensors.push_back(std::move(zeros));
    }
    parts.lengths.push_back(parts.tensors.back().dim(0));
  }
  if (!parts.row.fully_defined()) {
    return absl::InvalidArgumentError(
        absl::StrCat("All except the first dimension must be fully defined when concating an empty "
                     "tensor list. element_shape: ",
                     element.ToString()));
  }
  return parts;
}

class ConcatKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("element_dtype", &element_dtype_));
    return c.op() == "TensorListConcat" ? c.GetAttr("element_shape", &element_shape_)
                                        : absl::OkStatus();
  }
  absl::Status Compute(KernelContext& c) override {
    std::shared_ptr<TensorList> decoded;
    MR_ASSIGN_OR_RETURN(const TensorList* list, ListInput(c, 0, element_dtype_, &decoded));
    PartialShape wanted = element_shape_;
    absl::Span<const int64_t> leading;
    if (c.num_inputs() > 1) {
      MR_ASSIGN_OR_RETURN(wanted, ElementShapeInput(c, 1));
      leading = c.input(2).flat<int64_t>();
    }
    MR_ASSIGN_OR_RETURN(const Parts parts, PartsOf(*list, wanted, leading));
    MR_ASSIGN_OR_RETURN(Shape shape, Shape::Create(parts.row.dims()));
    MR_RETURN_IF_ERROR(shape.InsertDim(0, 0));
    for (const int64_t length : parts.lengths) {
      MR_RETURN_IF_ERROR(shape.SetDim(0, shape.dim(0) + length));
    }
    MR_ASSIGN_OR_RETURN(Tensor joined,
                        Tensor::Create(c.device()->allocator(), element_dtype_, shape));
    int64_t at = 0;
    for (const Tensor& part : parts.tensors) {
      if (part.num_elements() == 0) continue;
      CopyElements(element_dtype_, part.raw_data(), MutableElementAt(joined, at),
                   part.num_elements());
      at += part.num_elements();
    }
    c.set_output(0, std::move(joined));
    c.set_output(1, Tensor::Vector<int64_t>(parts.lengths));
    return absl::OkStatus();
  }

 private:
  DType element_dtype_ = DType::kInvalid;
  PartialShape element_shape_;
};

class SplitKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& t = c.input(0);
    const Tensor& lengths = c.input(2);
    auto list = std::make_shared<TensorList>();
    list->element_dtype = t.dtype();
    MR_ASSIGN_OR_RETURN(list->element_shape, ElementShapeInput(c, 1));
    if (t.rank() < 1 || lengths.rank() != 1) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Tensor must be at least a vector and lengths a vector, but they have shapes ",
          t.shape().ToString(), " and ", lengths.shape().ToString()));
    }
    int64_t at = 0;
    for (const int64_t length : lengths.flat<int64_t>()) {
      if (length < 0 || length > t.dim(0) - at) {
        return absl::InvalidArgumentError(absl::StrCat("Cannot take ", length, " rows from row ",
                                                       at, " on of ", t.dim(0), " rows"));
      }
      Tensor part = t.Slice(at, at + length);
      MR_RETURN_IF_ERROR(CheckElement(*list, part));
      list->tensors.push_back(std::move(part));
      at += length;
    }
    if (at != t.dim(0)) {
      return absl::InvalidArgumentError(absl::StrCat("Unused rows: lengths add up to ", at,
                                                     ", but there are ", t.dim(0), " rows"));
    }
    c.set_output(0, ListTensor(std::move(list)));
    return absl::OkStatus();
  }
};

// Lists, or tensors of lists, each followed by the other's elements.
class ConcatListsKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    if (c.input(0).shape() != c.input(1).shape()) {
      return absl::InvalidArgumentError("input_a and input_b must have the same shape");
    }
    MR_ASSIGN_OR_RETURN(Tensor out, Tensor::Create(DType::kVariant, c.input(0).shape()));
    for (int64_t i = 0; i < out.num_elements(); ++i) {
      Variant joined = c.input(0).data<Variant>()[i];
      const TensorList* other = c.input(1).data<Variant>()[i].get<TensorList>();
      if (joined.get<TensorList>() == nullptr || other == nullptr) {
        return absl::InvalidArgumentError(absl::StrCat("Element ", i, " is no list of tensors"));
      }
      TensorList* list = joined.MutableOrCopy<TensorList>();
      for (const Tensor& t : other->tensors) {
        if (t.initialized()) MR_RETURN_IF_ERROR(CheckElement(*list, t));
        list->tensors.push_back(t);
      }
      out.mutable_data<Variant>()[i] = std::move(joined);
    }
    c.set_output(0, std::move(out));
    return absl::OkStatus();
  }
};

absl::Status ConcatShape(ShapeContext& c) {
  PartialShape element;
  if (c.num_inputs() > 1) {
    MR_ASSIGN_OR_RETURN(element, ElementShapeFrom(c, 1));
  } else {
    MR_RETURN_IF_ERROR(c.GetAttr("element_shape", &element));
  }
  MR_ASSIGN_OR_RETURN(element, element.MergeWith(ElementShapeOf(c, 0)));
  c.set_output(1, PartialShape::Of({-1}));
  if (!element.known_rank() || element.rank() < 1) return absl::OkStatus();
  MR_ASSIGN_OR_RETURN(const PartialShape row, PartialShape::Create(element.dims().subspan(1)));
  c.set_output(0, WithLeadingDim(-1, row));
  return absl::OkStatus();
}

absl::Status SplitShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRankAtLeast(0, 1).status());
  MR_RETURN_IF_ERROR(c.WithRank(2, 1).status());
  MR_ASSIGN_OR_RETURN(PartialShape shape, ElementShapeFrom(c, 1));
  SetListOutput(c, 0, c.input_type(0), std::move(shape));
  return absl::OkStatus();
}

absl::StatusOr<Gradients> ConcatGradient(Builder& b, const OpView& op, const Gradients& dy) {
  Gradients dx(op.num_inputs());
  if (!dy[0].valid()) return dx;
  const Output shape =
      b.Op1("TensorListElementShape", {op.input(0)}, {{"shape_type", DType::kInt32}});
  dx[0] =
      b.Op1("TensorListSplit", {dy[0], shape, op.output(1)},
            {{"element_dtype", op.attr<DType>("element_dtype")}, {"shape_type", DType::kInt32}});
  return dx;
}

absl::StatusOr<Gradients> SplitGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output shape = b.Concat({b.Ints({-1}), RowShape(b, op.input(0))}, b.Scalar<int32_t>(0));
  return Gradients{
      b.Op1("TensorListConcatV2", {dy[0], shape, op.input(2)},
            {{"element_dtype", op.attr<DType>("element_dtype")}, {"shape_type", DType::kInt32}}),
      Gradient(), Gradient()};
}

}  // namespace

absl::Status RegisterTensorListConcat(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(
      Op("TensorListConcat")
          .Input("input_handle: variant")
          .Output("tensor: element_dtype")
          .Output("lengths: int64")
          .Attr("element_dtype: type")
          .Attr("element_shape: shape = { unknown_rank: true }")
          .Doc("The elements of the list joined along their first dimension, and its size in each.")
          .Shape(ConcatShape)
          .Gradient(ConcatGradient)
          .Cpu<ConcatKernel>()));
  MR_RETURN_IF_ERROR(r.Add(
      Op("TensorListConcatV2")
          .Input("input_handle: variant")
          .Input("element_shape: shape_type")
          .Input("leading_dims: int64")
          .Output("tensor: element_dtype")
          .Output("lengths: int64")
          .Attr("element_dtype: type")
          .Attr("shape_type: {int32, int64}")
          .Doc(
              "The elements of the list joined along their first dimension, and its size in each.\n"
              "leading_dims: that size of elements which were never set.")
          .Shape(ConcatShape)
          .Gradient(ConcatGradient)
          .Cpu<ConcatKernel>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("TensorListSplit")
                .Input("tensor: element_dtype")
                .Input("element_shape: shape_type")
                .Input("lengths: int64")
                .Output("output_handle: variant")
                .Attr("element_dtype: type")
                .Attr("shape_type: {int32, int64}")
                .Doc("A list of parts of `tensor`: the first lengths[0] rows, and so on.")
                .Shape(SplitShape)
                .Gradient(SplitGradient)
                .Cpu<SplitKernel>()));
  return r.Add(Op("TensorListConcatLists")
                   .Input("input_a: variant")
                   .Input("input_b: variant")
                   .Output("output: variant")
                   .Attr("element_dtype: type")
                   .Doc("The elements of one list and then those of the other.")
                   .Shape(SameAsInput0)
                   .NotDifferentiable()
                   .Cpu<ConcatListsKernel>());
}

}  // namespace millrace
