// SelfAdjointEig, SelfAdjointEigV2: eigenvalues and eigenvectors of self-adjoint matrices.
#include "Eigen/Eigenvalues"
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/linalg/eigen_gradient.h"
#include "kernels/linalg/matrices.h"

namespace millrace {
namespace {

template <typename T>
absl::Status Solve(MatrixView<T> a, bool vectors, Eigen::SelfAdjointEigenSolver<Matrix<T>>* eig) {
  eig->compute(a, vectors ? Eigen::ComputeEigenvectors : Eigen::EigenvaluesOnly);
  if (eig->info() == Eigen::Success) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "Self-adjoint eigen decomposition was not successful. The input might not be valid.");
}

// Only the lower triangle of the input is read.
template <typename T>
class SelfAdjointEigV2Kernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("compute_v", &vectors_); }
  absl::Status Compute(KernelContext& c) override {
    const Tensor& a = c.input(0);
    MR_ASSIGN_OR_RETURN(const MatrixBatch batch, MatrixBatch::Of(a, /*square=*/true));
    MR_ASSIGN_OR_RETURN(const Shape e_shape, BatchShape(a.shape(), {batch.rows}));
    Tensor *e, *v;
    MR_RETURN_IF_ERROR(c.allocate_output(0, e_shape, &e));
    MR_RETURN_IF_ERROR(c.allocate_output(1, vectors_ ? a.shape() : Shape({0}), &v));
    if (a.num_elements() == 0) return absl::OkStatus();
    return ForEachMatrix(c, batch.count, [&](int64_t i) -> absl::Status {
      Eigen::SelfAdjointEigenSolver<Matrix<T>> eig;
      MR_RETURN_IF_ERROR(Solve(MatrixAt<T>(a, i), vectors_, &eig));
      for (int64_t k = 0; k < batch.rows; ++k)
        e->mutable_data<T>()[i * batch.rows + k] = T(eig.eigenvalues()[k]);
      if (vectors_) MutableMatrixAt<T>(v, i) = eig.eigenvectors();
      return absl::OkStatus();
    });
  }

 private:
  bool vectors_ = true;
};

// The first form of the op: the eigenvalues are the first row, the vectors those below.
template <typename T>
class SelfAdjointEigKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& a = c.input(0);
    MR_ASSIGN_OR_RETURN(const MatrixBatch batch, MatrixBatch::Of(a, /*square=*/true));
    MR_ASSIGN_OR_RETURN(const Shape shape, BatchShape(a.shape(), {batch.rows + 1, batch.rows}));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    if (a.num_elements() == 0) return absl::OkStatus();
    return ForEachMatrix(c, batch.count, [&](int64_t i) -> absl::Status {
      Eigen::SelfAdjointEigenSolver<Matrix<T>> eig;
      MR_RETURN_IF_ERROR(Solve(MatrixAt<T>(a, i), true, &eig));
      MutableMatrixAt<T>(out, i).row(0) = eig.eigenvalues().transpose().template cast<T>();
      MutableMatrixAt<T>(out, i).bottomRows(batch.rows) = eig.eigenvectors();
      return absl::OkStatus();
    });
  }
};

absl::Status EigV2Shape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(SquareMatrices(c));
  bool vectors;
  MR_RETURN_IF_ERROR(c.GetAttr("compute_v", &vectors));
  const PartialShape a = c.output(0);
  c.set_output(1, vectors ? a : PartialShape::Of({0}));
  c.set_output(0, BatchShape(a, {a.known_rank() ? a.dim(a.rank() - 1) : -1}));
  return absl::OkStatus();
}

absl::Status EigShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(SquareMatrices(c));
  const PartialShape a = c.output(0);
  if (!a.known_rank()) return absl::OkStatus();
  const int64_t n = a.dim(a.rank() - 1);
  c.set_output(0, BatchShape(a, {n < 0 ? -1 : n + 1, n}));
  return absl::OkStatus();
}

// V (diag(de) + F o (V^H dV)) V^H with F_ij = 1 / (e_j - e_i) off the diagonal; all of it given to
// the lower triangle, which is what the op reads.
absl::StatusOr<Gradients> EigV2Gradient(Builder& b, const OpView& op, const Gradients& dy) {
  MR_ASSIGN_OR_RETURN(const EigenGradient parts, EigenGradient::Of(b, op, dy, {}));
  const Output middle =
      parts.turned.valid() ? b.Add(parts.middle, b.Mul(parts.f, parts.turned)) : parts.middle;
  const Output g = MatrixProduct(b, parts.v, MatrixProduct(b, middle, parts.v, false, true));
  const Output both = b.Op1("MatrixBandPart",
                            {b.Add(g, Adjoint(b, g)), b.Scalar<int64_t>(-1), b.Scalar<int64_t>(0)});
  const Output diagonal = b.Op1("MatrixDiagPart", {both});
  return Gradients{b.Op1("MatrixSetDiag", {both, b.Mul(diagonal, b.ScalarLike(diagonal, 0.5))})};
}

}  // namespace

absl::Status RegisterSelfAdjointEig(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("SelfAdjointEigV2")
                .Input("input: T")
                .Output("e: T")
                .Output("v: T")
                .Attr("compute_v: bool = true")
                .Attr("T: {double, float, half, complex64, complex128}")
                .Doc("The eigenvalues, in ascending order, and the eigenvectors, as columns, of "
                     "each self-adjoint "
                     "matrix, of which only the lower triangle is read.")
                .Shape(EigV2Shape)
                .Gradient(EigV2Gradient)
                .Cpu<InDouble<SelfAdjointEigV2Kernel>>()));
  return r.Add(
      Op("SelfAdjointEig")
          .Input("input: T")
          .Output("output: T")
          .Attr("T: {double, float, half}")
          .Doc("As SelfAdjointEigV2, with the eigenvalues as a first row above the eigenvectors.")
          .Shape(EigShape)
          .Cpu<InDouble<SelfAdjointEigKernel>>());
}

}  // namespace millrace
