// CholeskyGrad: what old graphs have as the gradient of Cholesky.
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/linalg/matrices.h"

namespace millrace {
namespace {

// With M the lower triangle of L^T dL, its diagonal halved: the symmetric part of L^-T M L^-1 (Iain
// Murray, Differentiation of the Cholesky decomposition, 2016).
template <typename T>
class CholeskyGradKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor &l = c.input(0), &dl = c.input(1);
    MR_ASSIGN_OR_RETURN(const MatrixBatch batch, MatrixBatch::Of(l, /*square=*/true));
    if (l.shape() != dl.shape()) {
      return absl::InvalidArgumentError(
          absl::StrCat("Input matrix and gradient must have same "
                       "shape: ",
                       l.shape().ToString(), " and ", dl.shape().ToString()));
    }
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, l.shape(), &out));
    if (l.num_elements() == 0) return absl::OkStatus();
    return ForEachMatrix(c, batch.count, [&](int64_t i) {
      const Matrix<T> lower = MatrixAt<T>(l, i).template triangularView<Eigen::Lower>();
      const Matrix<T> given = MatrixAt<T>(dl, i).template triangularView<Eigen::Lower>();
      Matrix<T> middle = (lower.transpose() * given).template triangularView<Eigen::Lower>();
      middle.diagonal() *= T(0.5);
      SolveTransposed(lower, &middle);
      Matrix<T> turned = middle.transpose();
      SolveTransposed(lower, &turned);
      MutableMatrixAt<T>(out, i) = (turned + turned.transpose()) * T(0.5);
      return absl::OkStatus();
    });
  }

 private:
  // x becomes L^-T x.
  static void SolveTransposed(const Matrix<T>& l, Matrix<T>* x) {
    for (int64_t i = l.rows() - 1; i >= 0; --i) {
      for (int64_t k = i + 1; k < l.rows(); ++k) x->row(i) -= l(k, i) * x->row(k);
      x->row(i) /= l(i, i);
    }
  }
};

}  // namespace

absl::Status RegisterCholeskyGrad(Registry& r) {
  return r.Add(Op("CholeskyGrad")
                   .Input("l: T")
                   .Input("grad: T")
                   .Output("output: T")
                   .Attr("T: {half, float, double}")
                   .Doc("The gradient by A, symmetric, for each L = Cholesky(A) and the gradient "
                        "by L.")
                   .Shape(SquareMatrices)
                   .Cpu<CholeskyGradKernel, float, double>());
}

}  // namespace millrace
