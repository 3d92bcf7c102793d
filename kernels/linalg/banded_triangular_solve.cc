// BandedTriangularSolve.
#include <cmath>

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

// Element (i, j) of the triangle whose bands are rows: the first is the main diagonal of a lower
// one, the last that of an upper one, and column i of each belongs to row i.
template <typename T>
struct BandedTriangle {
  MatrixView<T> bands;
  bool lower;

  T At(int64_t i, int64_t j) const {
    const int64_t k = lower ? i - j : bands.rows() - 1 - (j - i);
    return bands(k, i);
  }
  int64_t size() const { return bands.cols(); }
  // Columns of row i that are not 0, but for the diagonal's.
  int64_t begin(int64_t i) const {
    return lower ? std::max<int64_t>(0, i - bands.rows() + 1) : i + 1;
  }
  int64_t end(int64_t i) const { return lower ? i : std::min(size(), i + bands.rows()); }
};

template <typename T>
class BandedTriangularSolveKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("lower", &lower_));
    return c.GetAttr("adjoint", &adjoint_);
  }
  absl::Status Compute(KernelContext& c) override {
    const Tensor &a = c.input(0), &rhs = c.input(1);
    MR_ASSIGN_OR_RETURN(const MatrixBatch bands, MatrixBatch::Of(a, /*square=*/false));
    MR_ASSIGN_OR_RETURN(const MatrixBatch right, MatrixBatch::Of(rhs, /*square=*/false));
    if (bands.columns != right.rows || a.num_elements() == 0 || rhs.num_elements() == 0) {
      return absl::InvalidArgumentError(absl::StrCat("bands of shape ", a.shape().ToString(),
                                                     " do not fit a right-hand side of shape ",
                                                     rhs.shape().ToString()));
    }
    MR_ASSIGN_OR_RETURN(const BroadcastSystem system, BroadcastSystem::Of(a.shape(), rhs.shape()));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, system.solution, &out));
    return ForEachMatrix(c, system.batch.num_elements(), [&](int64_t i) {
      MutableMatrixAt<T>(out, i) =
          MatrixAt<T>(rhs, BroadcastSource(system.batch, system.rhs_batch, i));
      return Solve({MatrixAt<T>(a, BroadcastSource(system.batch, system.a_batch, i)), lower_},
                   MutableMatrixAt<T>(out, i));
    });
  }

 private:
  // By substitution in place; of the adjoint column by column of the triangle.
  absl::Status Solve(const BandedTriangle<T>& a, MutableMatrixView<T> x) const {
    const int64_t n = a.size();
    const bool forwards = lower_ != adjoint_;
    for (int64_t step = 0; step < n; ++step) {
      const int64_t i = forwards ? step : n - 1 - step;
      const T pivot = a.At(i, i);
      if (pivot == T(0)) return absl::InvalidArgumentError("Input matrix is not invertible.");
      if (!adjoint_) {
        for (int64_t j = a.begin(i); j < a.end(i); ++j) x.row(i) -= a.At(i, j) * x.row(j);
        x.row(i) /= pivot;
      } else {
        x.row(i) /= Conjugated(pivot);
        for (int64_t j = a.begin(i); j < a.end(i); ++j)
          x.row(j) -= Conjugated(a.At(i, j)) * x.row(i);
      }
    }
    return absl::OkStatus();
  }

  bool lower_ = true, adjoint_ = false;
};

absl::Status BandedTriangularSolveShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape a, c.WithRankAtLeast(0, 2));
  MR_ASSIGN_OR_RETURN(const PartialShape rhs, c.WithRankAtLeast(1, 2));
  return SetSolutionShape(c, a, rhs);
}

// d(rhs) = A^-H dy, and dA = -d(rhs) x^H, of which the bands are taken.
absl::StatusOr<Gradients> BandedTriangularSolveGradient(Builder& b, const OpView& op,
                                                        const Gradients& dy) {
  const bool lower = op.attr<bool>("lower"), adjoint = op.attr<bool>("adjoint");
  const Output a = op.input(0), rhs = op.input(1), x = op.output(0);
  const Output db =
      b.Op1("BandedTriangularSolve", {a, dy[0]}, {{"lower", lower}, {"adjoint", !adjoint}});
  const Output product =
      adjoint ? MatrixProduct(b, x, db, false, true) : MatrixProduct(b, db, x, false, true);
  const Output one = b.Scalar<int32_t>(1), none = b.Ints({0});
  const Output shape = b.Shape(a);
  const auto sizes = [&](Output v, int32_t end) {
    return b.Op1("StridedSlice", {b.Shape(v), none, b.Ints({end}), b.Ints({1})});
  };
  const Output bands = b.Op1("StridedSlice", {shape, b.Ints({-2}), b.Ints({-1}), b.Ints({1})});
  const Output reach = b.Sub(bands, one);
  const Output range =
      b.Concat(lower ? Outputs{b.Neg(reach), none} : Outputs{none, reach}, b.Scalar<int32_t>(0));
  const Output da = b.Op1("MatrixDiagPartV3", {b.Neg(product), range, b.ScalarLike(a, 0)},
                          {{"align", "LEFT_RIGHT"}});
  const Outputs axes = b.Op("BroadcastGradientArgs", {sizes(a, -2), sizes(rhs, -2)});
  if (!b.ok()) return b.status();
  return Gradients{b.Reshape(b.Sum(da, axes[0]), shape), b.ReshapeLike(b.Sum(db, axes[1]), rhs)};
}

}  // namespace

absl::Status RegisterBandedTriangularSolve(Registry& r) {
  return r.Add(Op("BandedTriangularSolve")
                   .Input("matrix: T")
                   .Input("rhs: T")
                   .Output("output: T")
                   .Attr("lower: bool = true")
                   .Attr("adjoint: bool = false")
                   .Attr("T: {double, float, half, complex64, complex128}")
                   .Doc("The X with A X = rhs, or A^H X = rhs if adjoint, for triangles A given by "
                        "their bands as rows of shape [..., K, M]; batch dimensions broadcast.")
                   .Shape(BandedTriangularSolveShape)
                   .Gradient(BandedTriangularSolveGradient)
                   .Cpu<InDouble<BandedTriangularSolveKernel>>());
}

}  // namespace millrace
