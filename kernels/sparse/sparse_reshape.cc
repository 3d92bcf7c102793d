// SparseReshape, SparseFillEmptyRows, SparseFillEmptyRowsGrad.
#include <algorithm>
#include <numeric>

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

// One size of the new shape may be -1.
class SparseReshapeKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor &indices = c.input(0), &from = c.input(1), &to = c.input(2);
    if (indices.rank() != 2 || from.rank() != 1 || to.rank() != 1 ||
        indices.dim(1) != from.dim(0)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "indices must be [n, rank], the shapes vectors, not ", indices.shape().ToString(), ", ",
          from.shape().ToString(), " and ", to.shape().ToString()));
    }
    MR_ASSIGN_OR_RETURN(const Shape old, Shape::Create(from.flat<int64_t>()));
    MR_ASSIGN_OR_RETURN(const DimVector shape, NewShape(old, to.flat<int64_t>()));
    const int64_t n = indices.dim(0), rank = static_cast<int64_t>(shape.size());
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, Shape({n, rank}), &out));
    for (int64_t k = 0; k < n; ++k) {
      int64_t at = 0;
      for (int d = 0; d < old.rank(); ++d) {
        const int64_t i = indices.data<int64_t>()[k * old.rank() + d];
        if (i < 0 || i >= old.dim(d)) {
          return absl::InvalidArgumentError(absl::StrCat("index ", i, " of element ", k,
                                                         " is outside the shape ", old.ToString()));
        }
        at = at * old.dim(d) + i;
      }
      for (int64_t d = rank - 1; d >= 0; --d) {
        out->mutable_data<int64_t>()[k * rank + d] = at % shape[d];
        at /= shape[d];
      }
    }
    c.set_output(1, Int64Vector(shape));
    return absl::OkStatus();
  }

 private:
  static absl::StatusOr<DimVector> NewShape(const Shape& old, absl::Span<const int64_t> wanted) {
    DimVector shape(wanted.begin(), wanted.end());
    int unknown = -1;
    for (size_t d = 0; d < shape.size(); ++d) {
      if (shape[d] != -1) continue;
      if (unknown >= 0) return absl::InvalidArgumentError("only one output dimension may be -1");
      unknown = static_cast<int>(d);
      shape[d] = 1;
    }
    MR_ASSIGN_OR_RETURN(const Shape known, Shape::Create(shape));
    if (unknown >= 0) {
      if (known.num_elements() == 0 || old.num_elements() % known.num_elements() != 0) {
        return absl::InvalidArgumentError(absl::StrCat("reshape cannot infer the missing size of ",
                                                       old.num_elements(), " elements in ",
                                                       known.ToString()));
      }
      shape[unknown] = old.num_elements() / known.num_elements();
    } else if (known.num_elements() != old.num_elements()) {
      return absl::InvalidArgumentError(
          absl::StrCat("Input to reshape is a tensor with ", old.num_elements(),
                       " dense values, but the requested shape has ", known.num_elements()));
    }
    return shape;
  }
};

// Each row without elements gets the default value in its first column.
class SparseFillEmptyRowsKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const SparseView in,
                        SparseView::Create(c.input(0), c.input(1), c.input(2)));
    const Tensor& fallback = c.input(3);
    if (in.rank() < 1) return absl::InvalidArgumentError("Dense shape cannot be empty.");
    if (fallback.rank() != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("default_value must be a scalar, saw: ", fallback.shape().ToString()));
    }
    const int64_t rows = in.shape[0];
    Tensor counts;
    MR_RETURN_IF_ERROR(c.allocate_temp(DType::kInt64, Shape({rows}), &counts));
    std::fill_n(counts.mutable_data<int64_t>(), rows, 0);
    for (int64_t k = 0; k < in.count; ++k) {
      const int64_t row = in.Index(k)[0];
      if (row < 0 || row >= rows) {
        return absl::InvalidArgumentError(
            absl::StrCat("indices(", k, ", 0) is invalid: ", row, " >= ", rows));
      }
      ++counts.mutable_data<int64_t>()[row];
    }
    return Store(c, in, counts.data<int64_t>());
  }

 private:
  static absl::Status Store(KernelContext& c, const SparseView& in, const int64_t* counts) {
    const int64_t rows = in.shape[0];
    Tensor places;
    MR_RETURN_IF_ERROR(c.allocate_temp(DType::kInt64, Shape({rows}), &places));
    int64_t* next = places.mutable_data<int64_t>();  // where the next element of the row goes
    int64_t total = 0;
    for (int64_t r = 0; r < rows; ++r) {
      next[r] = total;
      total += std::max<int64_t>(1, counts[r]);
    }
    Tensor *indices, *values, *empty, *to;
    MR_RETURN_IF_ERROR(c.allocate_output(0, Shape({total, in.rank()}), &indices));
    MR_RETURN_IF_ERROR(c.allocate_output(1, Shape({total}), &values));
    MR_RETURN_IF_ERROR(c.allocate_output(2, Shape({rows}), &empty));
    MR_RETURN_IF_ERROR(c.allocate_output(3, Shape({in.count}), &to));
    for (int64_t r = 0; r < rows; ++r) {
      empty->mutable_data<bool>()[r] = counts[r] == 0;
      if (counts[r] > 0) continue;
      int64_t* index = indices->mutable_data<int64_t>() + next[r] * in.rank();
      std::fill_n(index, in.rank(), 0);
      index[0] = r;
      CopyElements(values->dtype(), c.input(3).raw_data(), MutableElementAt(*values, next[r]), 1);
    }
    for (int64_t k = 0; k < in.count; ++k) {
      const int64_t at = next[in.Index(k)[0]]++;
      std::copy_n(in.Index(k).data(), in.rank(), indices->mutable_data<int64_t>() + at * in.rank());
      CopyElements(values->dtype(), ElementAt(*in.values, k), MutableElementAt(*values, at), 1);
      to->mutable_data<int64_t>()[k] = at;
    }
    return absl::OkStatus();
  }
};

// What goes to the elements, and what to the default value.
class SparseFillEmptyRowsGradKernel final : public Kernel {
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
    std::vector<bool> used(grad.dim(0));
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

absl::Status SparseReshapeShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape indices, c.WithRank(0, 2));
  MR_RETURN_IF_ERROR(c.WithRank(1, 1).status());
  MR_ASSIGN_OR_RETURN(const PartialShape shape, c.WithRank(2, 1));
  c.set_output(0, PartialShape::Of({indices.dim(0), shape.dim(0)}));
  c.set_output(1, shape);
  return absl::OkStatus();
}

absl::Status FillEmptyRowsShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape indices, c.WithRank(0, 2));
  c.set_output(0, PartialShape::Of({-1, indices.dim(1)}));
  c.set_output(1, PartialShape::Of({-1}));
  c.set_output(2, PartialShape::Of({-1}));
  c.set_output(3, PartialShape::Of({indices.dim(0)}));
  return absl::OkStatus();
}

absl::Status FillEmptyRowsGradShape(ShapeContext& c) {
  c.set_output(0, c.input(0));
  c.set_output(1, PartialShape::Scalar());
  return absl::OkStatus();
}

absl::StatusOr<Gradients> FillEmptyRowsGradient(Builder& b, const OpView& op, const Gradients& dy) {
  Gradients result(4);
  if (!dy[1].valid()) return result;
  const Outputs grads = b.Op("SparseFillEmptyRowsGrad", {op.output(3), dy[1]});
  if (!b.ok()) return b.status();
  result[1] = grads[0];
  result[3] = grads[1];
  return result;
}

}  // namespace

absl::Status RegisterSparseReshape(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(
      Op("SparseReshape")
          .Input("input_indices: int64")
          .Input("input_shape: int64")
          .Input("new_shape: int64")
          .Output("output_indices: int64")
          .Output("output_shape: int64")
          .Doc("The indices of a sparse tensor under another shape, one size of which may be -1.")
          .Shape(SparseReshapeShape)
          .NotDifferentiable()
          .Cpu<SparseReshapeKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("SparseFillEmptyRows")
                               .Input("indices: int64")
                               .Input("values: T")
                               .Input("dense_shape: int64")
                               .Input("default_value: T")
                               .Output("output_indices: int64")
                               .Output("output_values: T")
                               .Output("empty_row_indicator: bool")
                               .Output("reverse_index_map: int64")
                               .Attr("T: type")
                               .Doc("A sparse tensor whose empty rows got default_value in their "
                                    "first column; which those "
                                    "are; and where each element went.")
                               .Shape(FillEmptyRowsShape)
                               .Gradient(FillEmptyRowsGradient)
                               .Cpu<SparseFillEmptyRowsKernel>()));
  return r.Add(Op("SparseFillEmptyRowsGrad")
                   .Input("reverse_index_map: int64")
                   .Input("grad_values: T")
                   .Output("d_values: T")
                   .Output("d_default_value: T")
                   .Attr("T: type")
                   .Doc("The gradient of SparseFillEmptyRows by the values and the default value.")
                   .Shape(FillEmptyRowsGradShape)
                   .Cpu<SparseFillEmptyRowsGradKernel>());
}

}  // namespace millrace
