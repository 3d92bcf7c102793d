#include "kernels/list/tensor_list.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/tensor/encoded_variant.h"

namespace millrace {

std::string TensorList::DebugString() const {
  return absl::StrCat("TensorList of ", tensors.size(), " ", DTypeName(element_dtype), " ",
                      element_shape.ToString());
}

Tensor ListTensor(std::shared_ptr<TensorList> list) {
  return Tensor::Scalar(Variant(std::move(list)));
}

namespace {

absl::Status NoList(int i, const Tensor& t) {
  return absl::InvalidArgumentError(
      absl::StrCat("Input ", i, " is no list of tensors: ", t.DebugString()));
}

absl::Status CheckDType(const TensorList& list, DType dtype) {
  if (dtype == DType::kInvalid || list.element_dtype == dtype) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("Invalid data types; op elements ",
                                                 DTypeName(dtype), " but list elements ",
                                                 DTypeName(list.element_dtype)));
}

absl::StatusOr<std::shared_ptr<TensorList>> DecodeVariant(const Variant& variant, int i,
                                                          const Tensor& t) {
  const auto* encoded = variant.get<EncodedVariant>();
  if (encoded == nullptr || encoded->encoded_type() != TensorList::kTypeName) return NoList(i, t);
  return TensorList::Decode(encoded->metadata(), encoded->tensors());
}

}  // namespace

absl::StatusOr<const TensorList*> ListInput(const KernelContext& c, int i, DType dtype,
                                            std::shared_ptr<TensorList>* decoded) {
  const Tensor& t = c.input(i);
  if (t.dtype() != DType::kVariant || t.num_elements() != 1) return NoList(i, t);
  const Variant& variant = t.scalar<Variant>();
  const TensorList* list = variant.get<TensorList>();
  if (list == nullptr) {
    MR_ASSIGN_OR_RETURN(*decoded, DecodeVariant(variant, i, t));
    list = decoded->get();
  }
  MR_RETURN_IF_ERROR(CheckDType(*list, dtype));
  return list;
}

absl::StatusOr<TensorList*> ForwardList(KernelContext& c, int i, int o, DType dtype) {
  std::shared_ptr<TensorList> decoded;
  MR_RETURN_IF_ERROR(ListInput(c, i, dtype, &decoded).status());
  if (decoded != nullptr) {
    TensorList* const list = decoded.get();
    c.set_output(o, ListTensor(std::move(decoded)));
    return list;
  }
  Tensor t = c.take_input(i);
  if (!t.can_write()) t = Tensor::Scalar(t.scalar<Variant>());
  c.set_output(o, std::move(t));
  return c.mutable_output(o)->mutable_data<Variant>()->MutableOrCopy<TensorList>();
}

absl::StatusOr<int64_t> ScalarInput(const KernelContext& c, int i, absl::string_view what) {
  const Tensor& t = c.input(i);
  if (t.num_elements() == 1 && t.rank() <= 1) {
    if (t.dtype() == DType::kInt32) return t.scalar<int32_t>();
    if (t.dtype() == DType::kInt64) return t.scalar<int64_t>();
  }
  return absl::InvalidArgumentError(
      absl::StrCat(what, " must be an integer scalar, but is ", t.DebugString()));
}

absl::StatusOr<PartialShape> ElementShapeInput(const KernelContext& c, int i) {
  const Tensor& t = c.input(i);
  if (t.rank() > 1 || (t.dtype() != DType::kInt32 && t.dtype() != DType::kInt64)) {
    return absl::InvalidArgumentError(
        absl::StrCat("element_shape must be a vector or -1, but is ", t.DebugString()));
  }
  DimVector dims;
  for (int64_t d = 0; d < t.num_elements(); ++d) {
    dims.push_back(t.dtype() == DType::kInt32 ? t.data<int32_t>()[d] : t.data<int64_t>()[d]);
  }
  if (t.rank() == 1) return PartialShape::Create(dims);
  if (dims[0] == -1) return PartialShape::Unknown();
  return absl::InvalidArgumentError(
      absl::StrCat("The only valid scalar shape tensor is the fully unknown shape specified as -1, "
                   "but it is ",
                   dims[0]));
}

absl::StatusOr<Tensor> ElementShapeTensor(const PartialShape& shape, DType dtype) {
  const int64_t n = shape.known_rank() ? shape.rank() : 1;
  MR_ASSIGN_OR_RETURN(Tensor t, Tensor::Create(dtype, shape.known_rank() ? Shape{n} : Shape()));
  for (int64_t d = 0; d < n; ++d) {
    const int64_t size = shape.known_rank() ? shape.dim(static_cast<int>(d)) : -1;
    if (dtype == DType::kInt64) {
      t.mutable_data<int64_t>()[d] = size;
    } else if (size > INT32_MAX) {
      return absl::InvalidArgumentError(absl::StrCat("A size of the list's element shape ",
                                                     shape.ToString(), " does not fit an int32"));
    } else {
      t.mutable_data<int32_t>()[d] = static_cast<int32_t>(size);
    }
  }
  return t;
}

absl::Status CheckElement(const TensorList& list, const Tensor& element) {
  MR_RETURN_IF_ERROR(CheckDType(list, element.dtype()));
  if (list.element_shape.IsCompatibleWith(element.shape())) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "Tried to set a tensor with incompatible shape at a list index. Item element shape: ",
      element.shape().ToString(), " list shape: ", list.element_shape.ToString()));
}

absl::StatusOr<Shape> UnsetElementShape(const TensorList& list, const PartialShape& wanted) {
  absl::StatusOr<PartialShape> shape = list.element_shape.MergeWith(wanted);
  for (const Tensor& t : list.tensors) {
    if (!shape.ok() || shape->fully_defined()) break;
    if (t.initialized()) shape = shape->MergeWith(t.shape());
  }
  if (!shape.ok()) return shape.status();
  if (!shape->fully_defined()) {
    return absl::InvalidArgumentError(
        absl::StrCat("Trying to read an uninitialized tensor but element_shape is not fully "
                     "defined: ",
                     shape->ToString()));
  }
  return Shape::Create(shape->dims());
}

absl::StatusOr<Tensor> Element(const TensorList& list, int64_t i, const PartialShape& wanted) {
  const Tensor& t = list.tensors[i];
  if (!t.initialized()) {
    MR_ASSIGN_OR_RETURN(const Shape shape, UnsetElementShape(list, wanted));
    return Tensor::CreateZeros(list.element_dtype, shape);
  }
  if (wanted.IsCompatibleWith(t.shape())) return t;
  return absl::InvalidArgumentError(absl::StrCat("Incompatible shapes: element ", i,
                                                 " of the list has shape ", t.shape().ToString(),
                                                 ", which is not ", wanted.ToString()));
}

}  // namespace millrace
