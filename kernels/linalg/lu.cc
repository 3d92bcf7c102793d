// MatrixInverse, MatrixSolve, MatrixDeterminant, LogMatrixDeterminant, Lu: by LU decomposition with
// partial pivoting.

#include <cmath>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/linalg/factorisations.h"
#include "kernels/linalg/matrices.h"

namespace millrace {
namespace {

// The factors of a matrix, or of its adjoint; INVALID_ARGUMENT if it is singular.
template <typename T>
absl::StatusOr<LuFactors<T>> Factorise(const MatrixView<T>& a, bool adjoint) {
  Matrix<T> copy(a.rows(), a.cols());
  for (int64_t i = 0; i < a.rows(); ++i) {
    for (int64_t j = 0; j < a.cols(); ++j) copy(i, j) = adjoint ? Conjugated(a(j, i)) : a(i, j);
  }
  LuFactors<T> lu(std::move(copy));
  if (lu.singular) return absl::InvalidArgumentError("Input matrix is not invertible.");
  return lu;
}

template <typename T>
class MatrixInverseKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("adjoint", &adjoint_); }
  absl::Status Compute(KernelContext& c) override {
    const Tensor& a = c.input(0);
    MR_ASSIGN_OR_RETURN(const MatrixBatch batch, MatrixBatch::Of(a, /*square=*/true));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, a.shape(), &out));
    if (a.num_elements() == 0) return absl::OkStatus();
    return ForEachMatrix(c, batch.count, [&](int64_t i) -> absl::Status {
      MR_ASSIGN_OR_RETURN(const LuFactors<T> lu, Factorise(MatrixAt<T>(a, i), adjoint_));
      const Matrix<T> identity = Matrix<T>::Identity(batch.rows, batch.rows);
      MutableMatrixAt<T>(out, i) = lu.Solve(MatrixView<T>(identity.data(), batch.rows, batch.rows));
      return absl::OkStatus();
    });
  }

 private:
  bool adjoint_ = false;
};

template <typename T>
class MatrixSolveKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("adjoint", &adjoint_); }
  absl::Status Compute(KernelContext& c) override {
    const Tensor &a = c.input(0), &rhs = c.input(1);
    MR_ASSIGN_OR_RETURN(const MatrixBatch batch, MatrixBatch::Of(a, /*square=*/true));
    MR_ASSIGN_OR_RETURN(const MatrixBatch right, MatrixBatch::Of(rhs, /*square=*/false));
    MR_ASSIGN_OR_RETURN(const Shape shape, BatchShape(a.shape(), {batch.rows, right.columns}));
    if (shape != rhs.shape()) {
      return absl::InvalidArgumentError(
          absl::StrCat("Input matrix and right-hand side are incompatible: ", a.shape().ToString(),
                       " and ", rhs.shape().ToString()));
    }
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    if (rhs.num_elements() == 0) return absl::OkStatus();
    return ForEachMatrix(c, batch.count, [&](int64_t i) -> absl::Status {
      MR_ASSIGN_OR_RETURN(const LuFactors<T> lu, Factorise(MatrixAt<T>(a, i), adjoint_));
      MutableMatrixAt<T>(out, i) = lu.Solve(MatrixAt<T>(rhs, i));
      return absl::OkStatus();
    });
  }

 private:
  bool adjoint_ = false;
};

template <typename T>
class MatrixDeterminantKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& a = c.input(0);
    MR_ASSIGN_OR_RETURN(const MatrixBatch batch, MatrixBatch::Of(a, /*square=*/true));
    MR_ASSIGN_OR_RETURN(const Shape shape, BatchShape(a.shape(), {}));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    return ForEachMatrix(c, batch.count, [&](int64_t i) {
      out->mutable_data<T>()[i] = LuFactors<T>(Matrix<T>(MatrixAt<T>(a, i))).Determinant();
      return absl::OkStatus();
    });
  }
};

template <typename T>
class LogMatrixDeterminantKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& a = c.input(0);
    MR_ASSIGN_OR_RETURN(const MatrixBatch batch, MatrixBatch::Of(a, /*square=*/true));
    MR_ASSIGN_OR_RETURN(const Shape shape, BatchShape(a.shape(), {}));
    Tensor *sign, *log_abs;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &sign));
    MR_RETURN_IF_ERROR(c.allocate_output(1, shape, &log_abs));
    return ForEachMatrix(c, batch.count, [&](int64_t i) {
      const LuFactors<T> lu(Matrix<T>(MatrixAt<T>(a, i)));
      T s(lu.sign), log(0);
      for (int64_t k = 0; k < batch.rows; ++k) {
        const auto size = std::abs(lu.lu(k, k));
        s *= size > 0 ? lu.lu(k, k) / size : T(0);
        log += std::log(size);
      }
      sign->mutable_data<T>()[i] = s;
      log_abs->mutable_data<T>()[i] = log;
      return absl::OkStatus();
    });
  }
};

// P A = L U in one matrix, and P as the row that each row of the product comes from.
template <typename T>
class LuKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& a = c.input(0);
    MR_ASSIGN_OR_RETURN(const MatrixBatch batch, MatrixBatch::Of(a, /*square=*/true));
    MR_ASSIGN_OR_RETURN(const Shape rows, BatchShape(a.shape(), {batch.rows}));
    Tensor *out, *permutation;
    MR_RETURN_IF_ERROR(c.allocate_output(0, a.shape(), &out));
    MR_RETURN_IF_ERROR(c.allocate_output(1, rows, &permutation));
    if (a.num_elements() == 0) return absl::OkStatus();
    return ForEachMatrix(c, batch.count, [&](int64_t i) -> absl::Status {
      MR_ASSIGN_OR_RETURN(const LuFactors<T> lu, Factorise(MatrixAt<T>(a, i), false));
      MutableMatrixAt<T>(out, i) = lu.lu;
      for (int64_t row = 0; row < batch.rows; ++row) {
        const int64_t at = i * batch.rows + row;
        if (permutation->dtype() == DType::kInt32) {
          permutation->mutable_data<int32_t>()[at] = static_cast<int32_t>(lu.rows[row]);
        } else {
          permutation->mutable_data<int64_t>()[at] = lu.rows[row];
        }
      }
      return absl::OkStatus();
    });
  }
};

absl::Status SolveShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(SquareMatrices(c));
  const PartialShape a = c.output(0);
  MR_ASSIGN_OR_RETURN(const PartialShape rhs, c.WithRankAtLeast(1, 2));
  if (!a.known_rank() || !rhs.known_rank()) {
    c.set_output(0, PartialShape());
    return absl::OkStatus();
  }
  auto out = BatchShape(a, {a.dim(a.rank() - 1), rhs.dim(rhs.rank() - 1)}).MergeWith(rhs);
  if (!out.ok()) return c.Error(1, out.status().message());
  c.set_output(0, *std::move(out));
  return absl::OkStatus();
}

absl::Status LuShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(SquareMatrices(c));
  const PartialShape& a = c.output(0);
  c.set_output(1, BatchShape(a, {a.known_rank() ? a.dim(a.rank() - 1) : -1}));
  return absl::OkStatus();
}

// -A^-H dY A^-H
absl::StatusOr<Gradients> InverseGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output y = op.output(0);
  const bool adjoint = op.attr<bool>("adjoint");
  const Output g = MatrixProduct(b, y, MatrixProduct(b, dy[0], y, false, true), true, false);
  return Gradients{b.Neg(adjoint ? Adjoint(b, g) : g)};
}

absl::StatusOr<Gradients> SolveGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const bool adjoint = op.attr<bool>("adjoint");
  const Output x = op.output(0);
  const Output db = b.Op1("MatrixSolve", {op.input(0), dy[0]}, {{"adjoint", !adjoint}});
  const Output product =
      adjoint ? MatrixProduct(b, x, db, false, true) : MatrixProduct(b, db, x, false, true);
  return Gradients{b.Neg(product), db};
}

// `scale`, one number a matrix, times A^-H
Output ScaledInverse(Builder& b, const OpView& op, Output scale) {
  const Output inverse = b.Op1("MatrixInverse", {op.input(0)}, {{"adjoint", true}});
  return b.Mul(b.ExpandDims(b.ExpandDims(scale, -1), -1), inverse);
}

absl::StatusOr<Gradients> DeterminantGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{ScaledInverse(b, op, b.Mul(dy[0], b.Conj(op.output(0))))};
}

// Of the logarithm; the sign is constant.
absl::StatusOr<Gradients> LogDeterminantGradient(Builder& b, const OpView& op,
                                                 const Gradients& dy) {
  if (!dy[1].valid()) return Gradients(1);
  return Gradients{ScaledInverse(b, op, dy[1])};
}

}  // namespace

absl::Status RegisterLu(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("MatrixInverse")
                               .Input("input: T")
                               .Output("output: T")
                               .Attr("adjoint: bool = false")
                               .Attr("T: {double, float, half, complex64, complex128}")
                               .Doc("The inverse of each square matrix, or of its adjoint. "
                                    "INVALID_ARGUMENT for a singular one.")
                               .Shape(SquareMatrices)
                               .Gradient(InverseGradient)
                               .Cpu<InDouble<MatrixInverseKernel>>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("MatrixSolve")
                .Input("matrix: T")
                .Input("rhs: T")
                .Output("output: T")
                .Attr("adjoint: bool = false")
                .Attr("T: {double, float, half, complex64, complex128}")
                .Doc("The X with A X = rhs for each square matrix A, or A^H X = rhs if adjoint. "
                     "INVALID_ARGUMENT for a singular one.")
                .Shape(SolveShape)
                .Gradient(SolveGradient)
                .Cpu<InDouble<MatrixSolveKernel>>()));
  MR_RETURN_IF_ERROR(r.Add(Op("MatrixDeterminant")
                               .Input("input: T")
                               .Output("output: T")
                               .Attr("T: {half, float, double, complex64, complex128}")
                               .Doc("The determinant of each square matrix.")
                               .Shape(ScalarOfSquareMatrices)
                               .Gradient(DeterminantGradient)
                               .Cpu<InDouble<MatrixDeterminantKernel>>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("LogMatrixDeterminant")
                .Input("input: T")
                .Output("sign: T")
                .Output("log_abs_determinant: T")
                .Attr("T: {half, float, double, complex64, complex128}")
                .Doc("The sign of the determinant of each square matrix, and the logarithm of its "
                     "absolute value.")
                .Shape(ScalarOfSquareMatrices)
                .Gradient(LogDeterminantGradient)
                .Cpu<InDouble<LogMatrixDeterminantKernel>>()));
  return r.Add(Op("Lu")
                   .Input("input: T")
                   .Output("lu: T")
                   .Output("p: output_idx_type")
                   .Attr("T: {double, float, half, complex64, complex128}")
                   .Attr("output_idx_type: {int32, int64} = DT_INT32")
                   .Doc("The LU decomposition of each square matrix: L (below the diagonal, its "
                        "own being 1) and "
                        "U in one matrix, and the permutation of rows.")
                   .Shape(LuShape)
                   .Cpu<InDouble<LuKernel>>());
}

}  // namespace millrace
