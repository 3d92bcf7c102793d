#include "kernels/list/list_rows.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "kernels/array/elements.h"

namespace millrace {
namespace {

// The one shape of the elements.
absl::StatusOr<Shape> CommonShape(const TensorList& list, absl::Span<const int64_t> positions,
                                  const PartialShape& wanted) {
  MR_ASSIGN_OR_RETURN(PartialShape shape, list.element_shape.MergeWith(wanted));
  for (const int64_t i : positions) {
    const Tensor& t = list.tensors[i];
    if (!t.initialized()) continue;
    absl::StatusOr<PartialShape> merged = shape.MergeWith(t.shape());
    if (!merged.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("Tried to stack list which contains tensors of different shapes: element ",
                       i, " has shape ", t.shape().ToString(), ", not ", shape.ToString()));
    }
    shape = *std::move(merged);
  }
  // Other elements tell too.
  if (!shape.fully_defined() && !positions.empty()) return UnsetElementShape(list, shape);
  if (!shape.fully_defined()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "Tried to stack elements of an empty list with non-fully-defined element_shape: ",
        shape.ToString()));
  }
  return Shape::Create(shape.dims());
}

}  // namespace

absl::Status StackElements(KernelContext& c, const TensorList& list,
                           absl::Span<const int64_t> positions, const PartialShape& wanted) {
  MR_ASSIGN_OR_RETURN(const Shape row, CommonShape(list, positions, wanted));
  Shape shape = row;
  MR_RETURN_IF_ERROR(shape.InsertDim(0, static_cast<int64_t>(positions.size())));
  MR_ASSIGN_OR_RETURN(Tensor rows,
                      Tensor::Create(c.device()->allocator(), list.element_dtype, shape));
  const int64_t n = row.num_elements();
  for (size_t k = 0; k < positions.size() && n > 0; ++k) {
    const Tensor& t = list.tensors[positions[k]];
    void* const to = MutableElementAt(rows, static_cast<int64_t>(k) * n);
    if (t.initialized()) {
      CopyElements(list.element_dtype, t.raw_data(), to, n);
    } else {
      ZeroElements(list.element_dtype, to, n);
    }
  }
  c.set_output(0, std::move(rows));
  return absl::OkStatus();
}

absl::StatusOr<Tensor> Row(const Tensor& t, int64_t i) {
  Shape shape = t.shape();
  shape.RemoveDim(0);
  return t.Slice(i, i + 1).Reshaped(shape);
}

absl::Status CheckRows(const Tensor& t, const PartialShape& element_shape) {
  Shape row = t.shape();
  row.RemoveDim(0);
  if (element_shape.IsCompatibleWith(row)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("Specified a list with shape ",
                                                 element_shape.ToString(),
                                                 " from a tensor with shape ", row.ToString()));
}

Output RowShape(Builder& b, Output x) { return b.Slice(b.Shape(x), b.Ints({1}), b.Ints({-1})); }

}  // namespace millrace
