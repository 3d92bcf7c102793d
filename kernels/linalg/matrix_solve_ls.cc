// MatrixSolveLs: least squares.
#include <algorithm>
#include <complex>
#include <limits>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/linalg/factorisations.h"
#include "kernels/linalg/matrices.h"
#include "kernels/linalg/svd_factors.h"

namespace millrace {
namespace {

// (A^H A + l2 I)^-1 A^H B, or A^H (A A^H + l2 I)^-1 B where A has more columns than rows, by
// Cholesky's factors; without `fast` the solution of least norm, by the singular values, and l2 is
// not looked at.
template <typename T>
class MatrixSolveLsKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("fast", &fast_); }
  absl::Status Compute(KernelContext& c) override {
    const Tensor &a = c.input(0), &rhs = c.input(1);
    MR_ASSIGN_OR_RETURN(const MatrixBatch batch, MatrixBatch::Of(a, /*square=*/false));
    MR_ASSIGN_OR_RETURN(const MatrixBatch right, MatrixBatch::Of(rhs, /*square=*/false));
    MR_ASSIGN_OR_RETURN(const Shape expected, BatchShape(a.shape(), {batch.rows, right.columns}));
    if (expected != rhs.shape()) {
      return absl::InvalidArgumentError(
          absl::StrCat("Input matrix and rhs are incompatible: ", a.shape().ToString(), " and ",
                       rhs.shape().ToString()));
    }
    if (c.input(2).rank() != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("Regularizer must be scalar, got shape ", c.input(2).shape().ToString()));
    }
    const double l2 = c.input(2).scalar<double>();
    if (l2 < 0)
      return absl::InvalidArgumentError(absl::StrCat("Regularizer must be >= 0, got ", l2));
    MR_ASSIGN_OR_RETURN(const Shape shape, BatchShape(a.shape(), {batch.columns, right.columns}));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    if (out->num_elements() == 0) return absl::OkStatus();
    return ForEachMatrix(c, batch.count, [&](int64_t i) {
      return Solve(MatrixAt<T>(a, i), MatrixAt<T>(rhs, i), l2, MutableMatrixAt<T>(out, i));
    });
  }

 private:
  absl::Status Solve(const MatrixView<T>& a, const MatrixView<T>& rhs, double l2,
                     MutableMatrixView<T> x) const {
    if (a.rows() == 0) {
      x.setZero();
      return absl::OkStatus();
    }
    if (!fast_) {
      x = LeastNorm(a, rhs);
      return absl::OkStatus();
    }
    // Lazy products: Eigen's blocked ones take long to compile.
    const bool tall = a.rows() >= a.cols();
    Matrix<T> gram =
        tall ? Matrix<T>(a.adjoint().lazyProduct(a)) : Matrix<T>(a.lazyProduct(a.adjoint()));
    const int64_t n = gram.rows();
    for (int64_t k = 0; k < n; ++k) gram(k, k) += T(l2);
    Matrix<T> l(n, n);
    bool regular =
        CholeskyFactor(MatrixView<T>(gram.data(), n, n), MutableMatrixView<T>(l.data(), n, n));
    // What rounding cannot tell from 0 counts as such.
    constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
    for (int64_t k = 0; regular && k < n; ++k) {
      regular = std::norm(l(k, k)) > static_cast<double>(n) * kEpsilon * std::abs(gram(k, k));
    }
    if (!regular) {
      return absl::InvalidArgumentError(
          "Input matrix was rank deficient or ill-conditioned. Try setting fast=False or provide a "
          "larger l2_regularizer > 0.");
    }
    Matrix<T> y = tall ? Matrix<T>(a.adjoint().lazyProduct(rhs)) : Matrix<T>(rhs);
    for (int64_t i = 0; i < n; ++i) {
      for (int64_t k = 0; k < i; ++k) y.row(i) -= l(i, k) * y.row(k);
      y.row(i) /= l(i, i);
    }
    for (int64_t i = n - 1; i >= 0; --i) {
      for (int64_t k = i + 1; k < n; ++k) y.row(i) -= Conjugated(l(k, i)) * y.row(k);
      y.row(i) /= l(i, i);
    }
    if (tall) {
      x = y;
    } else {
      x = a.adjoint().lazyProduct(y);
    }
    return absl::OkStatus();
  }

  // Singular values that rounding cannot tell from 0 count as such.
  static Matrix<T> LeastNorm(const MatrixView<T>& a, const MatrixView<T>& rhs) {
    const SvdFactors<T> svd(a);
    Matrix<T> y = svd.u.adjoint().lazyProduct(rhs);
    for (int64_t k = 0; k < y.rows(); ++k) {
      const double least = svd.s[0] * std::numeric_limits<double>::epsilon() *
                           static_cast<double>(std::min(a.rows(), a.cols()));
      y.row(k) *= T(svd.s[k] > least ? 1 / svd.s[k] : 0);
    }
    return svd.v.lazyProduct(y);
  }

  bool fast_ = true;
};

absl::Status SolveLsShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape a, c.WithRankAtLeast(0, 2));
  MR_ASSIGN_OR_RETURN(const PartialShape rhs, c.WithRankAtLeast(1, 2));
  MR_RETURN_IF_ERROR(c.WithRank(2, 0).status());
  if (!a.known_rank() || !rhs.known_rank()) return absl::OkStatus();
  const int64_t n = a.dim(a.rank() - 1), k = rhs.dim(rhs.rank() - 1);
  const auto merged = BatchShape(a, {a.dim(a.rank() - 2), k}).MergeWith(rhs);
  if (!merged.ok()) return c.Error(1, merged.status().message());
  c.set_output(0, BatchShape(*merged, {n, k}));
  return absl::OkStatus();
}

absl::StatusOr<Gradients> SolveLsGradient(Builder& b, const OpView& op, const Gradients& dy) {
  if (!op.attr<bool>("fast"))
    return absl::UnimplementedError("MatrixSolveLs has no gradient without `fast`");
  const Output a = op.input(0), rhs = op.input(1), x = op.output(0), g = dy[0];
  const PartialShape shape = b.shape(a);
  const int64_t m = shape.known_rank() ? shape.dim(shape.rank() - 2) : -1;
  const int64_t n = shape.known_rank() ? shape.dim(shape.rank() - 1) : -1;
  if (m < 0 || n < 0)
    return absl::UnimplementedError("the gradient of MatrixSolveLs needs matrices of known sizes");
  const bool tall = m >= n;
  const Output gram = MatrixProduct(b, a, a, tall, !tall);
  const Output l2 = b.Mul(b.Cast(op.input(2), b.dtype(a)), IdentityLike(b, gram));
  const auto solve = [&](Output y) { return b.Op1("MatrixSolve", {b.Add(gram, l2), y}); };
  if (tall) {
    const Output z = solve(g);
    const Output xz = MatrixProduct(b, x, z, false, true);
    const Output da = b.Sub(MatrixProduct(b, rhs, z, false, true),
                            MatrixProduct(b, a, b.Add(xz, Adjoint(b, xz))));
    return Gradients{da, MatrixProduct(b, a, z), Gradient()};
  }
  const Output t = solve(rhs), db = solve(MatrixProduct(b, a, g));
  const Output rest = b.Sub(g, MatrixProduct(b, a, db, true, false));
  const Output da = b.Sub(MatrixProduct(b, t, rest, false, true),
                          MatrixProduct(b, MatrixProduct(b, db, t, false, true), a));
  return Gradients{da, db, Gradient()};
}

}  // namespace

absl::Status RegisterMatrixSolveLs(Registry& r) {
  return r.Add(Op("MatrixSolveLs")
                   .Input("matrix: T")
                   .Input("rhs: T")
                   .Input("l2_regularizer: double")
                   .Output("output: T")
                   .Attr("T: {double, float, half, complex64, complex128}")
                   .Attr("fast: bool = true")
                   .Doc("The X with the least |A X - rhs|^2 + l2_regularizer |X|^2 for each matrix "
                        "A, or with the least |X|^2 where many fit. INVALID_ARGUMENT, with `fast`, "
                        "for a matrix without full rank and no regularizer.")
                   .Shape(SolveLsShape)
                   .Gradient(SolveLsGradient)
                   .Cpu<InDouble<MatrixSolveLsKernel>>());
}

}  // namespace millrace
