// MatrixTriangularSolve, Cholesky.
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/linalg/broadcast_solve.h"
#include "kernels/linalg/factorisations.h"
#include "kernels/linalg/matrices.h"

namespace millrace {
namespace {

// By substitution; batch dimensions broadcast.
template <typename T>
class MatrixTriangularSolveKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("lower", &lower_));
    return c.GetAttr("adjoint", &adjoint_);
  }
  absl::Status Compute(KernelContext& c) override {
    const Tensor &a = c.input(0), &rhs = c.input(1);
    MR_ASSIGN_OR_RETURN(const MatrixBatch batch, MatrixBatch::Of(a, /*square=*/true));
    MR_ASSIGN_OR_RETURN(const MatrixBatch right, MatrixBatch::Of(rhs, /*square=*/false));
    if (batch.rows != right.rows) {
      return absl::InvalidArgumentError(
          absl::StrCat("Input matrix and right-hand side are incompatible: ", a.shape().ToString(),
                       " and ", rhs.shape().ToString()));
    }
    MR_ASSIGN_OR_RETURN(const BroadcastSystem system, BroadcastSystem::Of(a.shape(), rhs.shape()));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, system.solution, &out));
    if (system.solution.num_elements() == 0) return absl::OkStatus();
    return ForEachMatrix(c, system.batch.num_elements(), [&](int64_t i) {
      Solve(MatrixAt<T>(a, BroadcastSource(system.batch, system.a_batch, i)),
            MatrixAt<T>(rhs, BroadcastSource(system.batch, system.rhs_batch, i)),
            MutableMatrixAt<T>(out, i));
      return absl::OkStatus();
    });
  }

 private:
  // A 0 on the diagonal gives infinities, as it does in TensorFlow.
  void Solve(MatrixView<T> a, MatrixView<T> rhs, MutableMatrixView<T> x) const {
    const bool forward = lower_ != adjoint_;
    const int64_t n = a.rows();
    for (int64_t step = 0; step < n; ++step) {
      const int64_t i = forward ? step : n - 1 - step;
      for (int64_t c = 0; c < x.cols(); ++c) x(i, c) = rhs(i, c);
      for (int64_t k = 0; k < step; ++k) {
        const int64_t j = forward ? k : n - 1 - k;
        for (int64_t c = 0; c < x.cols(); ++c) x(i, c) -= At(a, i, j) * x(j, c);
      }
      for (int64_t c = 0; c < x.cols(); ++c) x(i, c) /= At(a, i, i);
    }
  }
  T At(const MatrixView<T>& a, int64_t i, int64_t j) const {
    if (!adjoint_) return a(i, j);
    return Conjugated(a(j, i));
  }

  bool lower_ = true, adjoint_ = false;
};

// The lower triangle of the input is read.
template <typename T>
class CholeskyKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& a = c.input(0);
    MR_ASSIGN_OR_RETURN(const MatrixBatch batch, MatrixBatch::Of(a, /*square=*/true));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, a.shape(), &out));
    if (a.num_elements() == 0) return absl::OkStatus();
    return ForEachMatrix(c, batch.count, [&](int64_t i) {
      MutableMatrixView<T> l = MutableMatrixAt<T>(out, i);
      if (CholeskyFactor(MatrixAt<T>(a, i), l)) return absl::OkStatus();
      for (int64_t row = 0; row < batch.rows; ++row) {
        for (int64_t k = 0; k < batch.rows; ++k)
          l(row, k) = T(k > row ? 0 : std::numeric_limits<double>::quiet_NaN());
      }
      return absl::OkStatus();
    });
  }
};

absl::Status TriangularSolveShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(SquareMatrices(c));
  const PartialShape a = c.output(0);
  MR_ASSIGN_OR_RETURN(const PartialShape rhs, c.WithRankAtLeast(1, 2));
  c.set_output(0, PartialShape());
  return SetSolutionShape(c, a, rhs);
}

// `gradient` summed over the batch dimensions along which x was broadcast.
Output SumToBatchOf(Builder& b, Output x, Output gradient, Output axes) {
  return b.ReshapeLike(b.Sum(gradient, axes), x);
}

absl::StatusOr<Gradients> TriangularSolveGradient(Builder& b, const OpView& op,
                                                  const Gradients& dy) {
  const bool lower = op.attr<bool>("lower"), adjoint = op.attr<bool>("adjoint");
  const Output a = op.input(0), rhs = op.input(1), x = op.output(0);
  const Output db =
      b.Op1("MatrixTriangularSolve", {a, dy[0]}, {{"lower", lower}, {"adjoint", !adjoint}});
  const Output product =
      adjoint ? MatrixProduct(b, x, db, false, true) : MatrixProduct(b, db, x, false, true);
  const Output all = b.Scalar<int64_t>(-1), none = b.Scalar<int64_t>(0);
  const Output da =
      b.Op1("MatrixBandPart", {b.Neg(product), lower ? all : none, lower ? none : all});
  const PartialShape known_a = b.shape(a), known_rhs = b.shape(rhs);
  if (known_a.fully_defined() && known_rhs.fully_defined() &&
      BatchShape(known_a, {}) == BatchShape(known_rhs, {})) {
    return Gradients{da, db};
  }
  const auto batch = [&](Output v) {
    const Output shape = b.Shape(v);
    return b.Slice(shape, b.Ints({0}), b.ExpandDims(b.Sub(b.Rank(v), b.Scalar<int32_t>(2)), 0));
  };
  const Outputs axes = b.Op("BroadcastGradientArgs", {batch(a), batch(rhs)});
  if (!b.ok()) return b.status();
  return Gradients{SumToBatchOf(b, a, da, axes[0]), SumToBatchOf(b, rhs, db, axes[1])};
}

// With M = L^H dL, its diagonal halved and the part above it dropped: the symmetric part of
// L^-H M L^-1 (Iain Murray, Differentiation of the Cholesky decomposition, 2016).
absl::StatusOr<Gradients> CholeskyGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output l = op.output(0);
  const Output inverse = b.Op1("MatrixTriangularSolve", {l, IdentityLike(b, l)});
  Output middle = MatrixProduct(b, l, dy[0], true, false);
  const Output diagonal = b.Op1("MatrixDiagPart", {middle});
  middle = b.Op1("MatrixSetDiag", {middle, b.Mul(diagonal, b.ScalarLike(diagonal, 0.5))});
  middle = b.Op1("MatrixBandPart", {middle, b.Scalar<int64_t>(-1), b.Scalar<int64_t>(0)});
  const Output g = MatrixProduct(b, inverse, MatrixProduct(b, middle, inverse), true, false);
  return Gradients{b.Mul(b.Add(g, Adjoint(b, g)), b.ScalarLike(g, 0.5))};
}

}  // namespace

absl::Status RegisterTriangular(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("MatrixTriangularSolve")
                .Input("matrix: T")
                .Input("rhs: T")
                .Output("output: T")
                .Attr("lower: bool = true")
                .Attr("adjoint: bool = false")
                .Attr("T: {bfloat16, double, float, half, complex64, complex128}")
                .Doc("The X with A X = rhs, or A^H X = rhs if adjoint, for the lower or upper "
                     "triangles A; "
                     "batch dimensions broadcast.")
                .Shape(TriangularSolveShape)
                .Gradient(TriangularSolveGradient)
                .Cpu<InDouble<MatrixTriangularSolveKernel>>()));
  return r.Add(Op("Cholesky")
                   .Input("input: T")
                   .Output("output: T")
                   .Attr("T: {double, float, half, complex64, complex128}")
                   .Doc("The lower triangle L with L L^H = A for each positive definite matrix A, "
                        "of which only "
                        "the lower triangle is read; NaN for one that is not.")
                   .Shape(SquareMatrices)
                   .Gradient(CholeskyGradient)
                   .Cpu<InDouble<CholeskyKernel>>());
}

}  // namespace millrace
