// SparseFillEmptyRows, RaggedFillEmptyRows and their gradients: rows without elements get one.
#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/elements.h"
#include "kernels/math/wide.h"
#include "kernels/sparse/sparse_view.h"

namespace millrace {
namespace {

// Elements in rows. `indices` is [n, rank], of which the first column is the row, or the rows
// alone, [n].
struct Rows {
  const Tensor &indices, &values, &fallback;
  int64_t count;

  int64_t width() const { return indices.rank() == 1 ? 1 : indices.dim(1); }
  int64_t row(int64_t k) const { return indices.data<int64_t>()[k * width()]; }
};

absl::Status Store(KernelContext& c, const Rows& in, int64_t total, const bool* empty,
                   int64_t* next) {
  const int64_t n = in.values.dim(0), width = in.width();
  Tensor *indices, *values, *to;
  MR_RETURN_IF_ERROR(c.allocate_output(
      0, in.indices.rank() == 1 ? Shape({total}) : Shape({total, width}), &indices));
  MR_RETURN_IF_ERROR(c.allocate_output(1, Shape({total}), &values));
  MR_RETURN_IF_ERROR(c.allocate_output(3, Shape({n}), &to));
  for (int64_t row = 0; row < in.count; ++row) {
    if (!empty[row]) continue;
    int64_t* index = indices->mutable_data<int64_t>() + next[row] * width;
    std::fill_n(index, width, 0);
    index[0] = row;
    CopyElements(values->dtype(), in.fallback.raw_data(), MutableElementAt(*values, next[row]), 1);
  }
  for (int64_t k = 0; k < n; ++k) {
    const int64_t at = next[in.row(k)]++;
    std::copy_n(in.indices.data<int64_t>() + k * width, width,
                indices->mutable_data<int64_t>() + at * width);
    CopyElements(values->dtype(), ElementAt(in.values, k), MutableElementAt(*values, at), 1);
    to->mutable_data<int64_t>()[k] = at;
  }
  return absl::OkStatus();
}

// Outputs 0 to 3: the elements by rows, the fallback where there was none; which rows these are;
// where each element went.
absl::Status FillRows(KernelContext& c, const Rows& in) {
  if (in.fallback.rank() != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("default_value must be a scalar, saw: ", in.fallback.shape().ToString()));
  }
  MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create({in.count}));
  Tensor* empty;
  Tensor places;  // how many elements the rows have; then where the next one goes
  MR_RETURN_IF_ERROR(c.allocate_output(2, shape, &empty));
  MR_RETURN_IF_ERROR(c.allocate_temp(DType::kInt64, shape, &places));
  int64_t* next = places.mutable_data<int64_t>();
  std::fill_n(next, in.count, 0);
  for (int64_t k = 0; k < in.values.dim(0); ++k) {
    const int64_t row = in.row(k);
    if (row < 0 || row >= in.count) {
      return absl::InvalidArgumentError(
          absl::StrCat("the row of element ", k, " is invalid: ", row, " >= ", in.count));
    }
    ++next[row];
  }
  int64_t total = 0;
  for (int64_t row = 0; row < in.count; ++row) {
    empty->mutable_data<bool>()[row] = next[row] == 0;
    const int64_t begin = total;
    total += std::max<int64_t>(1, next[row]);
    next[row] = begin;
  }
  return Store(c, in, total, empty->data<bool>(), next);
}

class SparseFillEmptyRowsKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const SparseView in,
                        SparseView::Create(c.input(0), c.input(1), c.input(2)));
    if (in.rank() < 1) return absl::InvalidArgumentError("Dense shape cannot be empty.");
    return FillRows(c, {c.input(0), c.input(1), c.input(3), in.shape[0]});
  }
};

class RaggedFillEmptyRowsKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor &ids = c.input(0), &values = c.input(1), &rows = c.input(2);
    if (ids.rank() != 1 || values.rank() != 1 || ids.dim(0) != values.dim(0) || rows.rank() != 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "value_rowids and values must be vectors of one length and nrows a scalar, not ",
          ids.shape().ToString(), ", ", values.shape().ToString(), " and ",
          rows.shape().ToString()));
    }
    return FillRows(c, {ids, values, c.input(3), rows.scalar<int64_t>()});
  }
};

// What goes to the elements, and, summed, what goes to the default value.
class FillEmptyRowsGradKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor &map = c.input(0), &grad = c.input(1);
    if (map.rank() != 1 || grad.rank() != 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("reverse_index_map and grad_values must be vectors, not ",
                       map.shape().ToString(), " and ", grad.shape().ToString()));
    }
    Tensor *values, *fallback;
    MR_RETURN_IF_ERROR(c.allocate_output(0, map.shape(), &values));
    MR_RETURN_IF_ERROR(c.allocate_output(1, Shape(), &fallback));
    std::vector<bool> used(static_cast<size_t>(grad.dim(0)));
    for (int64_t k = 0; k < map.dim(0); ++k) {
      const int64_t at = map.data<int64_t>()[k];
      if (at < 0 || at >= grad.dim(0)) {
        return absl::InvalidArgumentError(absl::StrCat("Elements in reverse index must be in [0, ",
                                                       grad.dim(0), ") but got ", at));
      }
      used[at] = true;
      CopyElements(grad.dtype(), ElementAt(grad, at), MutableElementAt(*values, k), 1);
    }
    DispatchWide(grad.dtype(), [&](auto tag) {
      using W = typename decltype(tag)::type;
      const std::vector<W> all = LoadWide<W>(grad);
      W sum(0);
      for (size_t i = 0; i < all.size(); ++i) {
        if (!used[i]) sum += all[i];
      }
      StoreWide(std::vector<W>{sum}, fallback);
    });
    return absl::OkStatus();
  }
};

absl::Status SparseFillShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape indices, c.WithRank(0, 2));
  c.set_output(0, PartialShape::Of({-1, indices.dim(1)}));
  c.set_output(1, PartialShape::Of({-1}));
  c.set_output(2, PartialShape::Of({-1}));
  c.set_output(3, PartialShape::Of({indices.dim(0)}));
  return absl::OkStatus();
}

absl::Status RaggedFillShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape ids, c.WithRank(0, 1));
  MR_RETURN_IF_ERROR(c.WithRank(1, 1).status());
  MR_RETURN_IF_ERROR(c.WithRank(2, 0).status());
  MR_RETURN_IF_ERROR(c.WithRank(3, 0).status());
  for (int i = 0; i < 3; ++i) c.set_output(i, PartialShape::UnknownOfRank(1));
  c.set_output(3, ids);
  return absl::OkStatus();
}

absl::Status FillGradShape(ShapeContext& c) {
  c.set_output(0, c.input(0));
  c.set_output(1, PartialShape::Scalar());
  return absl::OkStatus();
}

absl::StatusOr<Gradients> FillGradient(Builder& b, const OpView& op, const Gradients& dy) {
  Gradients result(4);
  if (!dy[1].valid()) return result;
  const Outputs grads = b.Op(absl::StrCat(op.schema().name, "Grad"), {op.output(3), dy[1]});
  if (!b.ok()) return b.status();
  result[1] = grads[0];
  result[3] = grads[1];
  return result;
}

}  // namespace

absl::Status RegisterFillEmptyRows(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("SparseFillEmptyRows")
                .Input("indices: int64")
                .Input("values: T")
                .Input("dense_shape: int64")
                .Input("default_value: T")
                .Output("output_indices: int64")
                .Output("output_values: T")
                .Output("empty_row_indicator: bool")
                .Output("reverse_index_map: int64")
                .Attr("T: type")
                .Doc("A sparse tensor whose empty rows got default_value in their first column; "
                     "which those are; and where each element went.")
                .Shape(SparseFillShape)
                .Gradient(FillGradient)
                .Cpu<SparseFillEmptyRowsKernel>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("RaggedFillEmptyRows")
                .Input("value_rowids: int64")
                .Input("values: T")
                .Input("nrows: int64")
                .Input("default_value: T")
                .Output("output_value_rowids: int64")
                .Output("output_values: T")
                .Output("empty_row_indicator: bool")
                .Output("reverse_index_map: int64")
                .Attr("T: type")
                .Doc("The values with default_value in each row that had none; which rows these "
                     "are; and where each value went.")
                .Shape(RaggedFillShape)
                .Gradient(FillGradient)
                .Cpu<RaggedFillEmptyRowsKernel>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("SparseFillEmptyRowsGrad")
                .Input("reverse_index_map: int64")
                .Input("grad_values: T")
                .Output("d_values: T")
                .Output("d_default_value: T")
                .Attr("T: type")
                .Doc("The gradient of SparseFillEmptyRows by the values and the default value.")
                .Shape(FillGradShape)
                .Cpu<FillEmptyRowsGradKernel>()));
  return r.Add(Op("RaggedFillEmptyRowsGrad")
                   .Input("reverse_index_map: int64")
                   .Input("grad_values: T")
                   .Output("d_values: T")
                   .Output("d_default_value: T")
                   .Attr("T: type")
                   .Doc("The gradient of RaggedFillEmptyRows by the values and the default value.")
                   .Shape(FillGradShape)
                   .Cpu<FillEmptyRowsGradKernel>());
}

}  // namespace millrace
