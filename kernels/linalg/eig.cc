// Eig.
#include <algorithm>
#include <type_traits>

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

// T is double or complex128.
template <typename T>
class EigKernel final : public Kernel {
  using Solver = std::conditional_t<kIsComplex<T>, Eigen::ComplexEigenSolver<Matrix<T>>,
                                    Eigen::EigenSolver<Matrix<T>>>;

 public:
  absl::Status Init(KernelConstruction& c) override {
    const DType in = c.input_type(0), out = c.output_type(0);
    const bool narrow = in == DType::kFloat || in == DType::kComplex64;
    if (out != (narrow ? DType::kComplex64 : DType::kComplex128)) {
      return absl::InvalidArgumentError(
          absl::StrCat("no kernel with T = ", DTypeName(in), " and Tout = ", DTypeName(out)));
    }
    return c.GetAttr("compute_v", &vectors_);
  }
  absl::Status Compute(KernelContext& c) override {
    const Tensor& a = c.input(0);
    MR_ASSIGN_OR_RETURN(const MatrixBatch batch, MatrixBatch::Of(a, /*square=*/true));
    MR_ASSIGN_OR_RETURN(const Shape values, BatchShape(a.shape(), {batch.rows}));
    Tensor *e, *v;
    MR_RETURN_IF_ERROR(c.allocate_output(0, values, &e));
    MR_RETURN_IF_ERROR(c.allocate_output(1, vectors_ ? a.shape() : Shape(), &v));
    if (!vectors_) *v->mutable_data<complex128>() = 0;
    if (a.num_elements() == 0) return absl::OkStatus();
    return ForEachMatrix(c, batch.count, [&](int64_t i) -> absl::Status {
      const Matrix<T> matrix = MatrixAt<T>(a, i);
      if (!matrix.allFinite()) return absl::InvalidArgumentError("Input is not finite");
      const Solver eig(matrix, vectors_);
      if (eig.info() != Eigen::Success) {
        return absl::InvalidArgumentError(
            "Eigen decomposition was not successful. The input might not be valid.");
      }
      std::copy_n(eig.eigenvalues().data(), batch.rows,
                  e->mutable_data<complex128>() + i * batch.rows);
      if (vectors_) MutableMatrixAt<complex128>(v, i) = eig.eigenvectors();
      return absl::OkStatus();
    });
  }

 private:
  bool vectors_ = true;
};

absl::Status EigShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(SquareMatrices(c));
  bool vectors;
  MR_RETURN_IF_ERROR(c.GetAttr("compute_v", &vectors));
  const PartialShape a = c.output(0);
  c.set_output(1, vectors ? a : PartialShape());
  c.set_output(0, BatchShape(a, {a.known_rank() ? a.dim(a.rank() - 1) : -1}));
  return absl::OkStatus();
}

// V^-H (diag(de) + conj(F) o (V^H dV - V^H V diag(re(V^H dV)))) V^H with F_ij = 1 / (e_j - e_i)
// off the diagonal; the part subtracted comes of the eigenvectors' unit length (Giles, Collected
// matrix derivative results for forward and reverse mode AD, 2008).
absl::StatusOr<Gradients> EigGradient(Builder& b, const OpView& op, const Gradients& dy) {
  MR_ASSIGN_OR_RETURN(EigenGradient parts,
                      EigenGradient::Of(b, op, dy, {{"Tout", op.attr<DType>("Tout")}}));
  auto& [e, v, turned, f, middle] = parts;
  if (turned.valid()) {
    const Output diagonal = b.Op1("MatrixDiagPart", {turned});
    const DType real = b.dtype(e) == DType::kComplex64 ? DType::kFloat : DType::kDouble;
    const Output lengths =
        b.Op1("MatrixDiag", {b.Cast(b.Op1("Real", {diagonal}, {{"Tout", real}}), b.dtype(e))});
    const Output along = MatrixProduct(b, MatrixProduct(b, v, v, true, false), lengths);
    middle = b.Add(middle, b.Mul(b.Conj(f), b.Sub(turned, along)));
  }
  const Output right = MatrixProduct(b, middle, v, false, true);
  const Output da = b.Op1("MatrixSolve", {v, right}, {{"adjoint", true}});
  const DType type = b.dtype(op.input(0));
  if (IsComplex(type)) return Gradients{b.Cast(da, type)};
  return Gradients{b.Op1("Real", {da}, {{"Tout", type}})};
}

}  // namespace

absl::Status RegisterEig(Registry& r) {
  return r.Add(Op("Eig")
                   .Input("input: T")
                   .Output("e: Tout")
                   .Output("v: Tout")
                   .Attr("compute_v: bool = true")
                   .Attr("T: {float, double, complex64, complex128}")
                   .Attr("Tout: {complex64, complex128}")
                   .Doc("The eigenvalues and the eigenvectors, as columns of unit length, of each "
                        "square matrix.")
                   .Shape(EigShape)
                   .Gradient(EigGradient)
                   .Cpu<InDouble<EigKernel>>());
}

}  // namespace millrace
