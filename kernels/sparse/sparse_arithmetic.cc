// SparseAdd, SparseAddGrad, SparseSparseMaximum, SparseSparseMinimum: two sparse tensors of one
// shape.
#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/wide.h"
#include "kernels/sparse/sparse_view.h"

namespace millrace {
namespace {

absl::StatusOr<std::pair<SparseView, SparseView>> BothOperands(KernelContext& c) {
  MR_ASSIGN_OR_RETURN(SparseView a, SparseView::Create(c.input(0), c.input(1), c.input(2), "a"));
  MR_ASSIGN_OR_RETURN(SparseView b, SparseView::Create(c.input(3), c.input(4), c.input(5), "b"));
  if (a.shape != b.shape) {
    return absl::InvalidArgumentError(absl::StrCat("Operands' shapes do not match: got [",
                                                   absl::StrJoin(a.shape, ","), "] and [",
                                                   absl::StrJoin(b.shape, ","), "]"));
  }
  return std::make_pair(std::move(a), std::move(b));
}

// fn(i, j) for all elements of both in row-major order: i or j is -1 where the other alone has one.
template <typename F>
void Merge(const SparseView& a, const SparseView& b, F fn) {
  int64_t i = 0, j = 0;
  while (i < a.count || j < b.count) {
    const int order = i == a.count ? 1 : j == b.count ? -1 : CompareIndices(a.Index(i), b.Index(j));
    fn(order <= 0 ? i : -1, order >= 0 ? j : -1);
    i += order <= 0;
    j += order >= 0;
  }
}

double Magnitude(double v) { return std::abs(v); }
double Magnitude(int64_t v) { return std::abs(static_cast<double>(v)); }
double Magnitude(const std::complex<double>& v) { return std::abs(v); }

// Sums of two elements that are smaller than the threshold are left out.
class SparseAddKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const auto both, BothOperands(c));
    const Tensor& threshold = c.input(6);
    if (threshold.rank() != 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "The magnitude threshold must be a scalar: got shape ", threshold.shape().ToString()));
    }
    const double least = LoadWide<double>(threshold)[0];
    const SparseView &a = both.first, &b = both.second;
    MR_RETURN_IF_ERROR(a.CheckBounds());
    MR_RETURN_IF_ERROR(b.CheckBounds());
    SparseParts parts;
    parts.rank = a.rank();
    MR_RETURN_IF_ERROR(DispatchWide(a.values->dtype(), [&](auto tag) -> absl::Status {
      using W = typename decltype(tag)::type;
      const std::vector<W> x = LoadWide<W>(*a.values), y = LoadWide<W>(*b.values);
      std::vector<W> sums;
      Merge(a, b, [&](int64_t i, int64_t j) {
        const W sum = (i >= 0 ? x[i] : W(0)) + (j >= 0 ? y[j] : W(0));
        if (i >= 0 && j >= 0 && !(Magnitude(sum) >= least)) return;
        sums.push_back(sum);
        parts.Add(i >= 0 ? a.Index(i) : b.Index(j), 0);
      });
      Tensor* out;
      MR_RETURN_IF_ERROR(c.allocate_output(1, Shape({parts.count()}), &out));
      StoreWide(sums, out);
      return absl::OkStatus();
    }));
    MR_RETURN_IF_ERROR(parts.StoreIndices(c, 0));
    c.set_output(2, c.input(2));
    return absl::OkStatus();
  }
};

// The gradient of a sum goes to each operand that has an element there.
class SparseAddGradKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor &grad = c.input(0), &sum = c.input(3);
    if (grad.rank() != 1 || sum.rank() != 2 || grad.dim(0) != sum.dim(0)) {
      return absl::InvalidArgumentError(
          absl::StrCat("backprop_val_grad and sum_indices do not fit: ", grad.shape().ToString(),
                       " and ", sum.shape().ToString()));
    }
    for (int side = 0; side < 2; ++side) {
      const Tensor& indices = c.input(1 + side);
      if (indices.rank() != 2 || indices.dim(1) != sum.dim(1)) {
        return absl::InvalidArgumentError(
            absl::StrCat("the indices have the shape ", indices.shape().ToString(),
                         ", those of the sum ", sum.shape().ToString()));
      }
      Tensor* out;
      MR_RETURN_IF_ERROR(c.allocate_output(side, Shape({indices.dim(0)}), &out));
      DispatchWide(grad.dtype(), [&](auto tag) {
        using W = typename decltype(tag)::type;
        StoreWide(Picked(LoadWide<W>(grad), sum, indices), out);
      });
    }
    return absl::OkStatus();
  }

 private:
  // For each of `indices` the gradient at that index of the sum, 0 where the sum has none.
  template <typename W>
  static std::vector<W> Picked(const std::vector<W>& grad, const Tensor& sum,
                               const Tensor& indices) {
    const size_t rank = static_cast<size_t>(sum.dim(1));
    const auto index = [rank](const Tensor& t, int64_t k) {
      return absl::MakeConstSpan(t.data<int64_t>() + k * static_cast<int64_t>(rank), rank);
    };
    std::vector<W> picked(static_cast<size_t>(indices.dim(0)), W(0));
    int64_t at = 0;
    for (int64_t k = 0; k < indices.dim(0); ++k) {
      while (at < sum.dim(0) && CompareIndices(index(sum, at), index(indices, k)) < 0) ++at;
      if (at < sum.dim(0) && CompareIndices(index(sum, at), index(indices, k)) == 0)
        picked[k] = grad[at];
    }
    return picked;
  }
};

// An element that only one tensor has is compared with 0.
template <bool kMaximum>
class SparseExtremeKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const auto both, BothOperands(c));
    MR_RETURN_IF_ERROR(both.first.CheckBounds());
    MR_RETURN_IF_ERROR(both.second.CheckBounds());
    if (both.first.values->dtype() == DType::kInt64)
      return Extreme<int64_t>(c, both.first, both.second);
    return Extreme<double>(c, both.first, both.second);
  }

 private:
  template <typename W>
  static absl::Status Extreme(KernelContext& c, const SparseView& a, const SparseView& b) {
    const std::vector<W> x = LoadWide<W>(*a.values), y = LoadWide<W>(*b.values);
    std::vector<W> values;
    SparseParts parts;
    parts.rank = a.rank();
    Merge(a, b, [&](int64_t i, int64_t j) {
      const W u = i >= 0 ? x[i] : W(0), v = j >= 0 ? y[j] : W(0);
      values.push_back(kMaximum ? std::max(u, v) : std::min(u, v));
      parts.Add(i >= 0 ? a.Index(i) : b.Index(j), 0);
    });
    MR_RETURN_IF_ERROR(parts.StoreIndices(c, 0));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(1, Shape({parts.count()}), &out));
    StoreWide(values, out);
    return absl::OkStatus();
  }
};

absl::Status MergedShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape indices, c.WithRank(0, 2));
  MR_ASSIGN_OR_RETURN(const PartialShape shape, c.WithRank(2, 1));
  c.set_output(0, PartialShape::Of({-1, indices.dim(1)}));
  c.set_output(1, PartialShape::Of({-1}));
  if (c.num_outputs() > 2) c.set_output(2, shape);
  return absl::OkStatus();
}

absl::Status AddGradShape(ShapeContext& c) {
  for (int i = 0; i < 2; ++i) {
    MR_ASSIGN_OR_RETURN(const PartialShape indices, c.WithRank(1 + i, 2));
    c.set_output(i, PartialShape::Of({indices.dim(0)}));
  }
  return absl::OkStatus();
}

absl::StatusOr<Gradients> SparseAddGradient(Builder& b, const OpView& op, const Gradients& dy) {
  Gradients result(7);
  if (!dy[1].valid()) return result;
  const Outputs grads = b.Op("SparseAddGrad", {dy[1], op.input(0), op.input(3), op.output(0)});
  if (!b.ok()) return b.status();
  result[1] = grads[0];
  result[4] = grads[1];
  return result;
}

}  // namespace

absl::Status RegisterSparseArithmetic(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(
      Op("SparseAdd")
          .Input("a_indices: int64")
          .Input("a_values: T")
          .Input("a_shape: int64")
          .Input("b_indices: int64")
          .Input("b_values: T")
          .Input("b_shape: int64")
          .Input("thresh: Treal")
          .Output("sum_indices: int64")
          .Output("sum_values: T")
          .Output("sum_shape: int64")
          .Attr("T: {float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, "
                "qint32, bfloat16, qint16, quint16, uint16, complex128, half, uint32, uint64}")
          .Attr("Treal: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, "
                "uint32, uint64}")
          .Doc("The sum of two sparse tensors of one shape, without the elements smaller than "
               "`thresh`.")
          .Shape(MergedShape)
          .Gradient(SparseAddGradient)
          .Cpu<SparseAddKernel>()));
  MR_RETURN_IF_ERROR(r.Add(
      Op("SparseAddGrad")
          .Input("backprop_val_grad: T")
          .Input("a_indices: int64")
          .Input("b_indices: int64")
          .Input("sum_indices: int64")
          .Output("a_val_grad: T")
          .Output("b_val_grad: T")
          .Attr("T: {float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, "
                "qint32, bfloat16, qint16, quint16, uint16, complex128, half, uint32, uint64}")
          .Doc("The gradient of SparseAdd by the values of both operands.")
          .Shape(AddGradShape)
          .NotDifferentiable()
          .Cpu<SparseAddGradKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("SparseSparseMaximum")
                               .Input("a_indices: int64")
                               .Input("a_values: T")
                               .Input("a_shape: int64")
                               .Input("b_indices: int64")
                               .Input("b_values: T")
                               .Input("b_shape: int64")
                               .Output("output_indices: int64")
                               .Output("output_values: T")
                               .Attr("T: {float, double, int32, uint8, int16, int8, int64, "
                                     "bfloat16, uint16, half, uint32, uint64}")
                               .Doc("The larger of the elements of two sparse tensors of one "
                                    "shape, missing ones being 0.")
                               .Shape(MergedShape)
                               .Cpu<SparseExtremeKernel<true>>()));
  return r.Add(
      Op("SparseSparseMinimum")
          .Input("a_indices: int64")
          .Input("a_values: T")
          .Input("a_shape: int64")
          .Input("b_indices: int64")
          .Input("b_values: T")
          .Input("b_shape: int64")
          .Output("output_indices: int64")
          .Output("output_values: T")
          .Attr("T: {float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, "
                "qint32, bfloat16, qint16, quint16, uint16, complex128, half, uint32, uint64}")
          .Doc("The smaller of the elements of two sparse tensors of one shape, missing ones being "
               "0.")
          .Shape(MergedShape)
          .Cpu<SparseExtremeKernel<false>>());
}

}  // namespace millrace
