// SparseTensorDenseMatMul, SparseTensorDenseAdd: a sparse with a dense operand.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/integer_at.h"
#include "kernels/math/wide.h"

namespace millrace {
namespace {

double Conjugate(double v) { return v; }
int64_t Conjugate(int64_t v) { return v; }
std::complex<double> Conjugate(const std::complex<double>& v) { return std::conj(v); }

absl::Status CheckSparse(const Tensor& indices, const Tensor& values, const Tensor& shape) {
  if (indices.rank() == 2 && values.rank() == 1 && shape.rank() == 1 &&
      indices.dim(0) == values.dim(0) && indices.dim(1) == shape.dim(0)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("a_indices, a_values and a_shape must be [n, rank], [n] and [rank], not ",
                   indices.shape().ToString(), ", ", values.shape().ToString(), " and ",
                   shape.shape().ToString()));
}

class SparseTensorDenseMatMulKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("adjoint_a", &adjoint_a_));
    return c.GetAttr("adjoint_b", &adjoint_b_);
  }
  absl::Status Compute(KernelContext& c) override {
    const Tensor &indices = c.input(0), &a_shape = c.input(2), &b = c.input(3);
    MR_RETURN_IF_ERROR(CheckSparse(indices, c.input(1), a_shape));
    if (a_shape.dim(0) != 2 || b.rank() != 2) {
      return absl::InvalidArgumentError(absl::StrCat("both operands must be matrices, not ",
                                                     a_shape.dim(0), "-D and ", b.rank(), "-D"));
    }
    const int64_t rows = a_shape.data<int64_t>()[adjoint_a_],
                  inner = a_shape.data<int64_t>()[!adjoint_a_];
    const int64_t columns = b.dim(!adjoint_b_);
    if (b.dim(adjoint_b_) != inner || rows < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("Cannot multiply A and B because inner dimension does not match: ", inner,
                       " vs. ", b.dim(adjoint_b_)));
    }
    MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create({rows, columns}));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    return DispatchWide(b.dtype(), [&](auto tag) {
      return Multiply<typename decltype(tag)::type>(c, rows, inner, columns, out);
    });
  }

 private:
  template <typename W>
  absl::Status Multiply(KernelContext& c, int64_t rows, int64_t inner, int64_t columns,
                        Tensor* out) const {
    const Tensor& indices = c.input(0);
    const std::vector<W> a = LoadWide<W>(c.input(1)), b = LoadWide<W>(c.input(3));
    std::vector<W> sums(static_cast<size_t>(rows * columns), W(0));
    for (size_t k = 0; k < a.size(); ++k) {
      const int64_t at = 2 * static_cast<int64_t>(k);
      const int64_t i = IntegerAt(indices, at + adjoint_a_),
                    j = IntegerAt(indices, at + !adjoint_a_);
      if (i < 0 || i >= rows || j < 0 || j >= inner) {
        return absl::InvalidArgumentError(absl::StrCat("index (", i, ", ", j, ") of element ", k,
                                                       " is out of bounds (", rows, ", ", inner,
                                                       ")"));
      }
      const W v = adjoint_a_ ? Conjugate(a[k]) : a[k];
      for (int64_t n = 0; n < columns; ++n) {
        sums[i * columns + n] +=
            v * (adjoint_b_ ? Conjugate(b[n * inner + j]) : b[j * columns + n]);
      }
    }
    StoreWide(sums, out);
    return absl::OkStatus();
  }

  bool adjoint_a_ = false, adjoint_b_ = false;
};

class SparseTensorDenseAddKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor &indices = c.input(0), &shape = c.input(2), &b = c.input(3);
    MR_RETURN_IF_ERROR(CheckSparse(indices, c.input(1), shape));
    bool same = shape.dim(0) == b.rank();
    for (int d = 0; same && d < b.rank(); ++d) same = IntegerAt(shape, d) == b.dim(d);
    if (!same) {
      return absl::InvalidArgumentError(absl::StrCat(
          "the sparse operand has another shape than the dense one, ", b.shape().ToString()));
    }
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, b.shape(), &out));
    return DispatchWide(b.dtype(), [&](auto tag) -> absl::Status {
      using W = typename decltype(tag)::type;
      const std::vector<W> a = LoadWide<W>(c.input(1));
      std::vector<W> sums = LoadWide<W>(b);
      for (size_t k = 0; k < a.size(); ++k) {
        int64_t at = 0;
        for (int d = 0; d < b.rank(); ++d) {
          const int64_t i = IntegerAt(indices, static_cast<int64_t>(k) * b.rank() + d);
          if (i < 0 || i >= b.dim(d)) {
            return absl::InvalidArgumentError(absl::StrCat(
                "index ", i, " of element ", k, " is outside the shape ", b.shape().ToString()));
          }
          at = at * b.dim(d) + i;
        }
        sums[at] += a[k];
      }
      StoreWide(sums, out);
      return absl::OkStatus();
    });
  }
};

absl::Status SparseMatMulShape(ShapeContext& c) {
  bool adjoint_a, adjoint_b;
  MR_RETURN_IF_ERROR(c.GetAttr("adjoint_a", &adjoint_a));
  MR_RETURN_IF_ERROR(c.GetAttr("adjoint_b", &adjoint_b));
  MR_RETURN_IF_ERROR(c.WithRank(0, 2).status());
  MR_RETURN_IF_ERROR(c.WithRank(1, 1).status());
  MR_ASSIGN_OR_RETURN(const PartialShape b, c.WithRank(3, 2));
  MR_ASSIGN_OR_RETURN(const PartialShape a, c.input_as_shape(2));
  if (a.known_rank() && a.rank() != 2) return c.Error(2, "must have 2 elements");
  c.set_output(0, PartialShape::Of({a.known_rank() ? a.dim(adjoint_a) : -1, b.dim(!adjoint_b)}));
  return absl::OkStatus();
}

absl::Status SameAsDense(ShapeContext& c) {
  c.set_output(0, c.input(3));
  return absl::OkStatus();
}

// By the dense operand, another such product; by the elements of the sparse one, the products of
// the rows of dy and B that meet in them.
absl::StatusOr<Gradients> SparseMatMulGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output indices = op.input(0), values = op.input(1), shape = op.input(2),
               dense = op.input(3);
  const bool adjoint_a = op.attr<bool>("adjoint_a"), adjoint_b = op.attr<bool>("adjoint_b");
  const auto adjoint = [&](Output x) { return b.Conj(b.Transpose(x, b.Ints({1, 0}))); };
  const Output by_dense = b.Op1("SparseTensorDenseMatMul", {indices, values, shape, dy[0]},
                                {{"adjoint_a", !adjoint_a}});
  const auto column = [&](int i) {
    return b.Squeeze(b.Slice(indices, b.Ints({0, i}), b.Ints({-1, 1})), {1});
  };
  const Output left = b.Gather(dy[0], column(adjoint_a ? 1 : 0));
  const Output right =
      b.Gather(adjoint_b ? b.Transpose(dense, b.Ints({1, 0})) : dense, column(adjoint_a ? 0 : 1));
  Output by_values = b.Sum(b.Mul(left, adjoint_b ? right : b.Conj(right)), {1});
  if (adjoint_a) by_values = b.Conj(by_values);
  return Gradients{Gradient(), by_values, Gradient(), adjoint_b ? adjoint(by_dense) : by_dense};
}

absl::StatusOr<Gradients> SparseDenseAddGradient(Builder& b, const OpView& op,
                                                 const Gradients& dy) {
  return Gradients{Gradient(), b.Op1("GatherNd", {dy[0], op.input(0)}), Gradient(), dy[0]};
}

}  // namespace

absl::Status RegisterSparseMatMul(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("SparseTensorDenseMatMul")
                               .Input("a_indices: Tindices")
                               .Input("a_values: T")
                               .Input("a_shape: int64")
                               .Input("b: T")
                               .Output("product: T")
                               .Attr("T: type")
                               .Attr("Tindices: {int32, int64} = DT_INT64")
                               .Attr("adjoint_a: bool = false")
                               .Attr("adjoint_b: bool = false")
                               .Doc("The product of a sparse matrix A, or its adjoint, and a dense "
                                    "matrix B, or its adjoint.")
                               .Shape(SparseMatMulShape)
                               .Gradient(SparseMatMulGradient)
                               .Cpu<SparseTensorDenseMatMulKernel>()));
  return r.Add(
      Op("SparseTensorDenseAdd")
          .Input("a_indices: Tindices")
          .Input("a_values: T")
          .Input("a_shape: Tindices")
          .Input("b: T")
          .Output("output: T")
          .Attr("T: {float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, "
                "qint32, bfloat16, qint16, quint16, uint16, complex128, half, uint32, uint64}")
          .Attr("Tindices: {int32, int64}")
          .Doc("The sum of a sparse and a dense tensor of one shape.")
          .Shape(SameAsDense)
          .Gradient(SparseDenseAddGradient)
          .Cpu<SparseTensorDenseAddKernel>());
}

}  // namespace millrace
