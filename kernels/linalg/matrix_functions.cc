// MatrixLogarithm, MatrixSquareRoot: through Schur's decomposition, by Eigen.
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/linalg/matrices.h"
#include "unsupported/Eigen/MatrixFunctions"

namespace millrace {
namespace {

// out = f(a) for each square matrix, computed on complex numbers. A real matrix without a real
// result gives NaN.
template <typename T, typename F>
absl::Status ApplyToMatrices(KernelContext& c, F f) {
  const Tensor& a = c.input(0);
  MR_ASSIGN_OR_RETURN(const MatrixBatch batch, MatrixBatch::Of(a, /*square=*/true));
  Tensor* out;
  MR_RETURN_IF_ERROR(c.allocate_output(0, a.shape(), &out));
  if (a.num_elements() == 0) return absl::OkStatus();
  return ForEachMatrix(c, batch.count, [&](int64_t i) {
    const Eigen::MatrixXcd matrix = MatrixAt<T>(a, i).template cast<complex128>();
    Eigen::MatrixXcd result =
        Eigen::MatrixXcd::Constant(batch.rows, batch.rows, complex128(NAN, NAN));
    if (matrix.allFinite()) f(matrix, &result);
    if constexpr (kIsComplex<T>) {
      MutableMatrixAt<T>(out, i) = result;
    } else {
      const bool real = result.imag().norm() <= 1e-6 * result.norm();
      if (!real) result.setConstant(complex128(NAN));
      MutableMatrixAt<T>(out, i) = result.real();
    }
    return absl::OkStatus();
  });
}

template <typename T>
class MatrixLogarithmKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    return ApplyToMatrices<T>(
        c, [](const Eigen::MatrixXcd& a, Eigen::MatrixXcd* out) { *out = a.log(); });
  }
};

template <typename T>
class MatrixSquareRootKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    return ApplyToMatrices<T>(
        c, [](const Eigen::MatrixXcd& a, Eigen::MatrixXcd* out) { *out = a.sqrt(); });
  }
};

// Element [(i, k), (j, l)] = x[i, j] y[k, l], for each matrix; `shape` is [..., n^2, n^2].
Output KroneckerProduct(Builder& b, Output x, Output y, Output shape) {
  const Output rows = b.ExpandDims(b.ExpandDims(x, -1), -3);
  const Output columns = b.ExpandDims(b.ExpandDims(y, -2), -4);
  return b.Reshape(b.Mul(rows, columns), shape);
}

// The G with Y^H G + G Y^H = dY, as a system of n^2 unknowns.
absl::StatusOr<Gradients> MatrixSquareRootGradient(Builder& b, const OpView& op,
                                                   const Gradients& dy) {
  const Output y = op.output(0), adjoint = Adjoint(b, y), identity = IdentityLike(b, y);
  const Output sizes = b.Shape(y);
  const Output batch =
      b.Slice(sizes, b.Ints({0}), b.ExpandDims(b.Sub(b.Size(sizes), b.Scalar<int32_t>(2)), 0));
  const Output n =
      b.Slice(sizes, b.ExpandDims(b.Sub(b.Size(sizes), b.Scalar<int32_t>(1)), 0), b.Ints({1}));
  const Output axis = b.Scalar<int32_t>(0), unknowns = b.Mul(n, n);
  const Output square = b.Concat(Outputs{batch, unknowns, unknowns}, axis);
  const Output system = b.Add(KroneckerProduct(b, adjoint, identity, square),
                              KroneckerProduct(b, identity, b.Conj(y), square));
  const Output right = b.Reshape(dy[0], b.Concat(Outputs{batch, unknowns, b.Ints({1})}, axis));
  return Gradients{b.Reshape(b.Op1("MatrixSolve", {system, right}), sizes)};
}

}  // namespace

absl::Status RegisterMatrixFunctions(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("MatrixLogarithm")
                               .Input("input: T")
                               .Output("output: T")
                               .Attr("T: {complex64, complex128}")
                               .Doc("The principal logarithm of each square matrix.")
                               .Shape(SquareMatrices)
                               .NotDifferentiable()
                               .Cpu<InDouble<MatrixLogarithmKernel>>()));
  return r.Add(Op("MatrixSquareRoot")
                   .Input("input: T")
                   .Output("output: T")
                   .Attr("T: {double, float, half, complex64, complex128}")
                   .Doc("The principal square root of each square matrix.")
                   .Shape(SquareMatrices)
                   .Gradient(MatrixSquareRootGradient)
                   .Cpu<InDouble<MatrixSquareRootKernel>>());
}

}  // namespace millrace
