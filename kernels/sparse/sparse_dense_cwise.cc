// SparseDenseCwiseAdd, SparseDenseCwiseMul, SparseDenseCwiseDiv, SparseSoftmax: new values for the
// elements of a sparse tensor.
#include <algorithm>
#include <cmath>
#include <map>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/wide.h"
#include "kernels/sparse/sparse_view.h"

namespace millrace {
namespace {

enum class Cwise { kAdd, kMul, kDiv };

template <typename W>
absl::Status Apply(Cwise how, const W& y, W* x) {
  if (how == Cwise::kAdd) {
    *x += y;
  } else if (how == Cwise::kMul) {
    *x *= y;
  } else {
    if constexpr (std::is_same_v<W, int64_t>) {
      if (y == 0) return absl::InvalidArgumentError("Integer division by zero");
      if (y == -1) {
        *x = static_cast<int64_t>(-static_cast<uint64_t>(*x));
        return absl::OkStatus();
      }
    }
    *x /= y;
  }
  return absl::OkStatus();
}

// The dense operand broadcasts to the sparse one; the other way round is no sparse tensor.
template <Cwise how>
class SparseDenseCwiseKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const SparseView in,
                        SparseView::Create(c.input(0), c.input(1), c.input(2)));
    MR_RETURN_IF_ERROR(in.CheckBounds());
    const Tensor& dense = c.input(3);
    bool fits = dense.rank() <= in.rank();
    for (int d = 1; fits && d <= dense.rank(); ++d) {
      const int64_t size = dense.dim(dense.rank() - d);
      fits = size == 1 || size == in.shape[in.rank() - d];
    }
    if (!fits) {
      return absl::InvalidArgumentError(absl::StrCat("the dense operand, of shape ",
                                                     dense.shape().ToString(),
                                                     ", does not broadcast to the sparse one"));
    }
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, in.values->shape(), &out));
    return DispatchWide(dense.dtype(), [&](auto tag) -> absl::Status {
      using W = typename decltype(tag)::type;
      std::vector<W> x = LoadWide<W>(*in.values);
      const std::vector<W> y = LoadWide<W>(dense);
      for (int64_t k = 0; k < in.count; ++k) {
        int64_t at = 0;
        for (int d = 0; d < dense.rank(); ++d) {
          const int64_t i = in.Index(k)[in.rank() - dense.rank() + d];
          at = at * dense.dim(d) + (dense.dim(d) == 1 ? 0 : i);
        }
        MR_RETURN_IF_ERROR(Apply(how, y[at], &x[k]));
      }
      StoreWide(x, out);
      return absl::OkStatus();
    });
  }
};

// Softmax along the last dimension, over the elements that are there.
class SparseSoftmaxKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const SparseView in,
                        SparseView::Create(c.input(0), c.input(1), c.input(2)));
    if (in.rank() < 2)
      return absl::InvalidArgumentError(
          absl::StrCat("Input should have rank >= 2, but got: ", in.rank()));
    MR_RETURN_IF_ERROR(in.CheckBounds());
    std::map<std::vector<int64_t>, std::vector<int64_t>> rows;
    for (int64_t k = 0; k < in.count; ++k)
      rows[std::vector<int64_t>(in.Index(k).begin(), in.Index(k).end() - 1)].push_back(k);
    std::vector<double> x = LoadWide<double>(*in.values);
    for (const auto& [index, row] : rows) {
      double max = x[row[0]], sum = 0;
      for (const int64_t k : row) max = std::max(max, x[k]);
      for (const int64_t k : row) sum += x[k] = std::exp(x[k] - max);
      for (const int64_t k : row) x[k] /= sum;
    }
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, in.values->shape(), &out));
    StoreWide(x, out);
    return absl::OkStatus();
  }
};

absl::Status SameAsValues(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(PartialShape values, c.WithRank(1, 1));
  c.set_output(0, std::move(values));
  return absl::OkStatus();
}

// The dense operand's elements at the sparse one's indices; it must have the sparse shape there.
Output DenseAtIndices(Builder& b, const OpView& op) {
  const Output dense = b.BroadcastTo(op.input(3), op.input(2));
  return b.Op1("GatherNd", {dense, op.input(0)});
}

// The gradient by the dense operand: `by_values`, one a sparse element, summed where it broadcast.
Output ByDense(Builder& b, const OpView& op, Output by_values) {
  const Output full = b.Op1("ScatterNd", {op.input(0), by_values, op.input(2)});
  return b.UnbroadcastGradients(op.input(3), full, full, full).first;
}

absl::StatusOr<Gradients> CwiseMulGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output y = DenseAtIndices(b, op);
  return Gradients{Gradient(), b.Mul(dy[0], y), Gradient(),
                   ByDense(b, op, b.Mul(dy[0], op.input(1)))};
}

absl::StatusOr<Gradients> CwiseDivGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output y = DenseAtIndices(b, op);
  const Output by_dense = b.Div(b.Mul(dy[0], b.Neg(op.input(1))), b.Square(y));
  return Gradients{Gradient(), b.Div(dy[0], y), Gradient(), ByDense(b, op, by_dense)};
}

absl::StatusOr<Gradients> CwiseAddGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{Gradient(), dy[0], Gradient(), ByDense(b, op, dy[0])};
}

// (dy - sum(dy * y, last axis)) * y over the elements that are there.
absl::StatusOr<Gradients> SparseSoftmaxGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output indices = op.input(0), shape = op.input(2), y = op.output(0);
  const Output sums = b.Op1("SparseReduceSum", {indices, b.Mul(dy[0], y), shape, b.Ints({-1})},
                            {{"keep_dims", true}});
  const Output centred = b.Op1("SparseDenseCwiseAdd", {indices, dy[0], shape, b.Neg(sums)});
  return Gradients{Gradient(), b.Mul(centred, y), Gradient()};
}

}  // namespace

absl::Status RegisterSparseDenseCwise(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(
      Op("SparseDenseCwiseAdd")
          .Input("sp_indices: int64")
          .Input("sp_values: T")
          .Input("sp_shape: int64")
          .Input("dense: T")
          .Output("output: T")
          .Attr("T: {float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, "
                "qint32, bfloat16, qint16, quint16, uint16, complex128, half, uint32, uint64}")
          .Doc("The elements of a sparse tensor plus those of a dense one, which broadcasts to it.")
          .Shape(SameAsValues)
          .Gradient(CwiseAddGradient)
          .Cpu<SparseDenseCwiseKernel<Cwise::kAdd>>()));
  MR_RETURN_IF_ERROR(r.Add(
      Op("SparseDenseCwiseMul")
          .Input("sp_indices: int64")
          .Input("sp_values: T")
          .Input("sp_shape: int64")
          .Input("dense: T")
          .Output("output: T")
          .Attr("T: {float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, "
                "qint32, bfloat16, qint16, quint16, uint16, complex128, half, uint32, uint64}")
          .Doc(
              "The elements of a sparse tensor times those of a dense one, which broadcasts to it.")
          .Shape(SameAsValues)
          .Gradient(CwiseMulGradient)
          .Cpu<SparseDenseCwiseKernel<Cwise::kMul>>()));
  MR_RETURN_IF_ERROR(r.Add(
      Op("SparseDenseCwiseDiv")
          .Input("sp_indices: int64")
          .Input("sp_values: T")
          .Input("sp_shape: int64")
          .Input("dense: T")
          .Output("output: T")
          .Attr("T: {float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, "
                "qint32, bfloat16, qint16, quint16, uint16, complex128, half, uint32, uint64}")
          .Doc("The elements of a sparse tensor divided by those of a dense one, which broadcasts "
               "to it.")
          .Shape(SameAsValues)
          .Gradient(CwiseDivGradient)
          .Cpu<SparseDenseCwiseKernel<Cwise::kDiv>>()));
  return r.Add(Op("SparseSoftmax")
                   .Input("sp_indices: int64")
                   .Input("sp_values: T")
                   .Input("sp_shape: int64")
                   .Output("output: T")
                   .Attr("T: {half, float, double}")
                   .Doc("Softmax along the last dimension, over the elements that are there.")
                   .Shape(SameAsValues)
                   .Gradient(SparseSoftmaxGradient)
                   .Cpu<SparseSoftmaxKernel>());
}

}  // namespace millrace
