// TridiagonalMatMul, TridiagonalSolve: matrices given by their three diagonals.
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/linalg/matrices.h"

namespace millrace {
namespace {

absl::Status SameBatch(const Tensor& a, const Tensor& b) {
  MR_ASSIGN_OR_RETURN(const Shape a_batch, BatchShape(a.shape(), {}));
  MR_ASSIGN_OR_RETURN(const Shape b_batch, BatchShape(b.shape(), {}));
  if (a_batch == b_batch) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("All input tensors must have the same outer "
                   "dimensions, not ",
                   a.shape().ToString(), " and ", b.shape().ToString()));
}

template <typename T>
class TridiagonalMatMulKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& x = c.input(3);
    MR_ASSIGN_OR_RETURN(const MatrixBatch right, MatrixBatch::Of(x, /*square=*/false));
    for (int k = 0; k < 3; ++k) {
      MR_ASSIGN_OR_RETURN(const MatrixBatch d, MatrixBatch::Of(c.input(k), /*square=*/false));
      MR_RETURN_IF_ERROR(SameBatch(c.input(k), x));
      if (d.rows != 1 || d.columns != right.rows) {
        return absl::InvalidArgumentError(absl::StrCat("a diagonal must be a row of ", right.rows,
                                                       ", not of shape ",
                                                       c.input(k).shape().ToString()));
      }
    }
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, x.shape(), &out));
    return ForEachMatrix(c, right.count, [&](int64_t i) {
      const auto in = MatrixAt<T>(x, i);
      auto y = MutableMatrixAt<T>(out, i);
      const auto super = MatrixAt<T>(c.input(0), i), main = MatrixAt<T>(c.input(1), i),
                 sub = MatrixAt<T>(c.input(2), i);
      for (int64_t r = 0; r < right.rows; ++r) {
        for (int64_t k = 0; k < right.columns; ++k) {
          T sum = main(0, r) * in(r, k);
          if (r > 0) sum += sub(0, r) * in(r - 1, k);
          if (r + 1 < right.rows) sum += super(0, r) * in(r + 1, k);
          y(r, k) = sum;
        }
      }
      return absl::OkStatus();
    });
  }
};

// Gaussian elimination of one system; row r has at most the columns r, r + 1 and r + 2 left.
template <typename T>
class TridiagonalSystem {
 public:
  using Row = std::array<T, 3>;

  // Diagonals [3, n]: above, main and below.
  TridiagonalSystem(const MatrixView<T>& d, const MatrixView<T>& rhs)
      : below_(d.cols()), rows_(d.cols()), x_(rhs) {
    const int64_t n = d.cols();
    for (int64_t r = 0; r < n; ++r) {
      rows_[r] = {d(1, r), r + 1 < n ? d(0, r) : T(0), T(0)};
      below_[r] = r > 0 ? d(2, r) : T(0);
    }
  }
  // False if a pivot is zero; where `smallest` is not, a smaller pivot becomes that.
  bool Solve(bool pivoting, double smallest) {
    const int64_t n = static_cast<int64_t>(rows_.size());
    for (int64_t r = 0; r < n; ++r) {
      const bool last = r + 1 == n;
      if (pivoting && !last && std::abs(below_[r + 1]) > std::abs(rows_[r][0])) Swap(r);
      if (std::abs(rows_[r][0]) < smallest) rows_[r][0] = T(smallest);
      if (rows_[r][0] == T(0)) return false;
      if (!last) Eliminate(r);
    }
    for (int64_t r = n - 1; r >= 0; --r) {
      for (int64_t k = 1; k < 3 && r + k < n; ++k) x_.row(r) -= rows_[r][k] * x_.row(r + k);
      x_.row(r) /= rows_[r][0];
    }
    return true;
  }
  const Matrix<T>& x() const { return x_; }

 private:
  // Rows r and r + 1 change places.
  void Swap(int64_t r) {
    const Row upper = rows_[r], lower = rows_[r + 1];
    rows_[r] = {below_[r + 1], lower[0], lower[1]};
    below_[r + 1] = upper[0];
    rows_[r + 1] = {upper[1], upper[2], T(0)};
    x_.row(r).swap(x_.row(r + 1));
  }
  void Eliminate(int64_t r) {
    const T factor = below_[r + 1] / rows_[r][0];
    rows_[r + 1][0] -= factor * rows_[r][1];
    rows_[r + 1][1] -= factor * rows_[r][2];
    x_.row(r + 1) -= factor * x_.row(r);
  }

  std::vector<T> below_;
  std::vector<Row> rows_;
  Matrix<T> x_;
};

template <typename T>
class TridiagonalSolveKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("partial_pivoting", &pivoting_));
    bool perturb;
    MR_RETURN_IF_ERROR(c.GetAttr("perturb_singular", &perturb));
    if (!perturb) return absl::OkStatus();
    if (!pivoting_) return absl::InvalidArgumentError("perturb_singular requires partial_pivoting");
    const DType type = c.input_type(0);
    smallest_ = type == DType::kFloat || type == DType::kComplex64
                    ? double{std::numeric_limits<float>::min()}
                    : std::numeric_limits<double>::min();
    return absl::OkStatus();
  }
  absl::Status Compute(KernelContext& c) override {
    const Tensor &d = c.input(0), &rhs = c.input(1);
    MR_ASSIGN_OR_RETURN(const MatrixBatch diagonals, MatrixBatch::Of(d, /*square=*/false));
    MR_ASSIGN_OR_RETURN(const MatrixBatch right, MatrixBatch::Of(rhs, /*square=*/false));
    MR_RETURN_IF_ERROR(SameBatch(d, rhs));
    if (diagonals.rows != 3 || diagonals.columns != right.rows) {
      return absl::InvalidArgumentError(
          absl::StrCat("Expected diagonals of 3 rows and as many columns as the right-hand side "
                       "has rows, not ",
                       d.shape().ToString(), " and ", rhs.shape().ToString()));
    }
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, rhs.shape(), &out));
    if (right.rows == 0) return absl::OkStatus();
    return ForEachMatrix(c, right.count, [&](int64_t i) {
      TridiagonalSystem<T> system(MatrixAt<T>(d, i), MatrixAt<T>(rhs, i));
      if (system.Solve(pivoting_, smallest_)) {
        MutableMatrixAt<T>(out, i) = system.x();
      } else {
        MutableMatrixAt<T>(out, i).setConstant(T(NAN));
      }
      return absl::OkStatus();
    });
  }

 private:
  bool pivoting_ = true;
  double smallest_ = 0;
};

absl::Status LikeRightHandSide(ShapeContext& c) {
  const int last = c.num_inputs() - 1;
  for (int i = 0; i <= last; ++i) MR_RETURN_IF_ERROR(c.WithRankAtLeast(i, 2).status());
  c.set_output(0, c.input(last));
  return absl::OkStatus();
}

// Rows [begin, end) of the last but one dimension; an end of 0 is the end.
Output Rows(Builder& b, Output x, int32_t begin, int32_t end) {
  return b.Op1("StridedSlice", {x, b.Ints({0, begin, 0}), b.Ints({0, end, 0}), b.Ints({1, 1, 1})},
               {{"ellipsis_mask", 1}, {"end_mask", end == 0 ? 6 : 4}, {"begin_mask", 4}});
}
// Row r becomes what row r + 1 was, or r - 1; a row of zeros comes in at the open end.
Output RowsUp(Builder& b, Output x) {
  return b.Concat(Outputs{Rows(b, x, 1, 0), b.ZerosLike(Rows(b, x, 0, 1))}, b.Scalar<int32_t>(-2));
}
Output RowsDown(Builder& b, Output x) {
  return b.Concat(Outputs{b.ZerosLike(Rows(b, x, 0, 1)), Rows(b, x, 0, -1)}, b.Scalar<int32_t>(-2));
}
Output SumColumns(Builder& b, Output x) { return b.Sum(x, {-1}); }

absl::StatusOr<Gradients> TridiagonalMatMulGradient(Builder& b, const OpView& op,
                                                    const Gradients& dy) {
  const Output x = b.Conj(op.input(3));
  // Diagonals as columns, so that they multiply rows.
  const auto column = [&](int i) { return b.ExpandDims(b.Squeeze(b.Conj(op.input(i)), {-2}), -1); };
  const auto row = [&](Output v) { return b.ExpandDims(SumColumns(b, v), -2); };
  const Output dx = b.AddN(Outputs{RowsDown(b, b.Mul(column(0), dy[0])), b.Mul(column(1), dy[0]),
                                   RowsUp(b, b.Mul(column(2), dy[0]))});
  return Gradients{row(b.Mul(RowsUp(b, x), dy[0])), row(b.Mul(x, dy[0])),
                   row(b.Mul(RowsDown(b, x), dy[0])), dx};
}

// Columns [begin, end) of the last dimension; an end of 0 is the end.
Output LastColumns(Builder& b, Output x, int32_t begin, int32_t end) {
  return b.Op1("StridedSlice", {x, b.Ints({0, begin}), b.Ints({0, end}), b.Ints({1, 1})},
               {{"ellipsis_mask", 1}, {"end_mask", end == 0 ? 2 : 0}});
}

// The diagonals [..., 3, n] of the transpose: what is above in row r was below in row r + 1.
Output TransposedDiagonals(Builder& b, Output d) {
  const Output last = b.Scalar<int32_t>(-1), below = Rows(b, d, 2, 0), above = Rows(b, d, 0, 1);
  const Output zero = b.ZerosLike(LastColumns(b, below, 0, 1));
  return b.Concat(
      Outputs{b.Concat(Outputs{LastColumns(b, below, 1, 0), zero}, last), Rows(b, d, 1, 2),
              b.Concat(Outputs{zero, LastColumns(b, above, 0, -1)}, last)},
      b.Scalar<int32_t>(-2));
}

// With z = A^-T dy: d(rhs) = z, and dA = -z x^T, of which the diagonals are taken.
absl::StatusOr<Gradients> TridiagonalSolveGradient(Builder& b, const OpView& op,
                                                   const Gradients& dy) {
  const Output x = op.output(0);
  const Output z = b.Op1("TridiagonalSolve", {TransposedDiagonals(b, op.input(0)), dy[0]},
                         {{"partial_pivoting", op.attr<bool>("partial_pivoting")},
                          {"perturb_singular", op.attr<bool>("perturb_singular")}});
  const auto row = [&](Output v) { return b.ExpandDims(SumColumns(b, v), -2); };
  const Output dd = b.Concat(
      Outputs{row(b.Mul(z, RowsUp(b, x))), row(b.Mul(z, x)), row(b.Mul(z, RowsDown(b, x)))},
      b.Scalar<int32_t>(-2));
  return Gradients{b.Neg(dd), z};
}

}  // namespace

absl::Status RegisterTridiagonal(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("TridiagonalMatMul")
                               .Input("superdiag: T")
                               .Input("maindiag: T")
                               .Input("subdiag: T")
                               .Input("rhs: T")
                               .Output("output: T")
                               .Attr("T: {double, float, complex64, complex128}")
                               .Doc("A times rhs, for matrices A given by their diagonals, rows of "
                                    "shape [..., 1, M]; the last of superdiag and the first of "
                                    "subdiag are not read.")
                               .Shape(LikeRightHandSide)
                               .Gradient(TridiagonalMatMulGradient)
                               .Cpu<InDouble<TridiagonalMatMulKernel>>()));
  return r.Add(Op("TridiagonalSolve")
                   .Input("diagonals: T")
                   .Input("rhs: T")
                   .Output("output: T")
                   .Attr("partial_pivoting: bool = true")
                   .Attr("perturb_singular: bool = false")
                   .Attr("T: {double, float, complex64, complex128}")
                   .Doc("The X with A X = rhs, for matrices A given by three rows: the diagonals "
                        "above, on and below the main one. NaN for a singular matrix.")
                   .Shape(LikeRightHandSide)
                   .Gradient(TridiagonalSolveGradient)
                   .Cpu<InDouble<TridiagonalSolveKernel>>());
}

}  // namespace millrace
