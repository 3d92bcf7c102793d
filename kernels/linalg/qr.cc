// Qr.
#include <algorithm>

#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/linalg/factorisations.h"
#include "kernels/linalg/matrices.h"

namespace millrace {
namespace {

template <typename T>
class QrKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("full_matrices", &full_); }
  absl::Status Compute(KernelContext& c) override {
    const Tensor& a = c.input(0);
    MR_ASSIGN_OR_RETURN(const MatrixBatch batch, MatrixBatch::Of(a, /*square=*/false));
    const int64_t m = batch.rows, n = batch.columns, p = full_ ? m : std::min(m, n);
    MR_ASSIGN_OR_RETURN(const Shape q_shape, BatchShape(a.shape(), {m, p}));
    MR_ASSIGN_OR_RETURN(const Shape r_shape, BatchShape(a.shape(), {p, n}));
    Tensor *q, *r;
    MR_RETURN_IF_ERROR(c.allocate_output(0, q_shape, &q));
    MR_RETURN_IF_ERROR(c.allocate_output(1, r_shape, &r));
    return ForEachMatrix(c, batch.count, [&](int64_t i) {
      if (m == 0 || n == 0) {
        MutableMatrixAt<T>(q, i).setIdentity();
        return absl::OkStatus();
      }
      const QrFactors<T> factors(Matrix<T>(MatrixAt<T>(a, i)));
      MutableMatrixAt<T>(q, i) = factors.Q(p);
      MutableMatrixView<T> upper = MutableMatrixAt<T>(r, i);
      for (int64_t row = 0; row < p; ++row) {
        for (int64_t k = 0; k < n; ++k) upper(row, k) = k < row ? T(0) : factors.qr(row, k);
      }
      return absl::OkStatus();
    });
  }

 private:
  bool full_ = false;
};

absl::Status QrShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape a, c.WithRankAtLeast(0, 2));
  bool full;
  MR_RETURN_IF_ERROR(c.GetAttr("full_matrices", &full));
  if (!a.known_rank()) return absl::OkStatus();
  const int64_t m = a.dim(a.rank() - 2), n = a.dim(a.rank() - 1);
  const int64_t p = full ? m : m < 0 || n < 0 ? -1 : std::min(m, n);
  c.set_output(0, BatchShape(a, {m, p}));
  c.set_output(1, BatchShape(a, {p, n}));
  return absl::OkStatus();
}

// X R^-H for the upper triangle R.
Output TimesInverseAdjoint(Builder& b, Output x, Output r) {
  return MatrixProduct(b, x,
                       b.Op1("MatrixTriangularSolve", {r, IdentityLike(b, r)},
                             {{"lower", false}, {"adjoint", true}}));
}

// Of A = Q R with a square R (Walter and Lehmann, Algorithmic Differentiation of Linear Algebra
// Functions with Application in Optimum Experimental Design, 2012).
Output SquareQrGradient(Builder& b, Output q, Output r, Output dq, Output dr) {
  const Output qdq = MatrixProduct(b, q, dq, true, false);
  const Output rdr = MatrixProduct(b, r, dr, false, true);
  const Output skew = b.Add(b.Sub(qdq, Adjoint(b, qdq)), b.Sub(rdr, Adjoint(b, rdr)));
  const Output lower = b.Op1("MatrixBandPart", {skew, b.Scalar<int64_t>(-1), b.Scalar<int64_t>(0)});
  Output along = b.Add(dr, TimesInverseAdjoint(b, lower, r));
  if (IsComplex(b.dtype(q))) {
    // The diagonal of R is real: what the formula has of an imaginary part there is taken off.
    const Output m = b.Op1("MatrixDiagPart", {b.Sub(rdr, Adjoint(b, qdq))});
    const Output imaginary = b.Op1("MatrixDiag", {b.Sub(m, b.Conj(m))});
    const Output taken_off = b.Mul(b.Conj(imaginary), b.ScalarLike(m, 0.5));
    along = b.Add(along, TimesInverseAdjoint(b, taken_off, r));
  }
  const Output across = TimesInverseAdjoint(b, b.Sub(dq, MatrixProduct(b, q, qdq)), r);
  return b.Add(MatrixProduct(b, q, along), across);
}

absl::StatusOr<Gradients> QrGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output a = op.input(0), q = op.output(0), r = op.output(1);
  const PartialShape shape = b.shape(a);
  const int64_t m = shape.known_rank() ? shape.dim(shape.rank() - 2) : -1;
  const int64_t n = shape.known_rank() ? shape.dim(shape.rank() - 1) : -1;
  if (m < 0 || n < 0)
    return absl::UnimplementedError("the gradient of Qr needs matrices of known sizes");
  if (m > n && op.attr<bool>("full_matrices")) {
    return absl::UnimplementedError(
        "Qr has no gradient with full_matrices and more rows than columns");
  }
  const Output dq = dy[0].valid() ? Output(dy[0]) : b.ZerosLike(q);
  const Output dr = dy[1].valid() ? Output(dy[1]) : b.ZerosLike(r);
  if (m >= n) return Gradients{SquareQrGradient(b, q, r, dq, dr)};
  // [X, Y] = Q [U, V] with a square U: Y = Q V.
  const Output y = Columns(b, a, m, -1), dv = Columns(b, dr, m, -1);
  const Output dx =
      SquareQrGradient(b, q, Columns(b, r, 0, m), b.Add(dq, MatrixProduct(b, y, dv, false, true)),
                       Columns(b, dr, 0, m));
  return Gradients{b.Concat({dx, MatrixProduct(b, q, dv)}, b.Scalar<int32_t>(-1))};
}

}  // namespace

absl::Status RegisterQr(Registry& r) {
  return r.Add(Op("Qr")
                   .Input("input: T")
                   .Output("q: T")
                   .Output("r: T")
                   .Attr("full_matrices: bool = false")
                   .Attr("T: {double, float, half, complex64, complex128}")
                   .Doc("The QR decomposition of each matrix: Q with orthonormal columns, [M, P], "
                        "and the upper "
                        "triangle R, [P, N]; P is min(M, N), or M with full_matrices.")
                   .Shape(QrShape)
                   .Gradient(QrGradient)
                   .Cpu<InDouble<QrKernel>>());
}

}  // namespace millrace
