// Svd.
#include "Eigen/SVD"

#include "core/base/status.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/linalg/matrices.h"

namespace millrace {
namespace {

template <typename T>
class SvdKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("compute_uv", &vectors_));
    return c.GetAttr("full_matrices", &full_);
  }
  absl::Status Compute(KernelContext& c) override {
    const Tensor& a = c.input(0);
    MR_ASSIGN_OR_RETURN(const MatrixBatch batch, MatrixBatch::Of(a, /*square=*/false));
    const int64_t m = batch.rows, n = batch.columns, p = std::min(m, n);
    MR_ASSIGN_OR_RETURN(const Shape s_shape, BatchShape(a.shape(), {p}));
    MR_ASSIGN_OR_RETURN(const Shape u_shape, BatchShape(a.shape(), {m, full_ ? m : p}));
    MR_ASSIGN_OR_RETURN(const Shape v_shape, BatchShape(a.shape(), {n, full_ ? n : p}));
    Tensor *s, *u, *v;
    MR_RETURN_IF_ERROR(c.allocate_output(0, s_shape, &s));
    MR_RETURN_IF_ERROR(c.allocate_output(1, vectors_ ? u_shape : Shape({0}), &u));
    MR_RETURN_IF_ERROR(c.allocate_output(2, vectors_ ? v_shape : Shape({0}), &v));
    unsigned int what = 0;
    if (vectors_) {
      what = full_ ? Eigen::ComputeFullU | Eigen::ComputeFullV
                   : Eigen::ComputeThinU | Eigen::ComputeThinV;
    }
    return ForEachMatrix(c, batch.count, [&](int64_t i) {
      if (p == 0) {
        if (vectors_) MutableMatrixAt<T>(u, i).setIdentity();
        if (vectors_) MutableMatrixAt<T>(v, i).setIdentity();
        return absl::OkStatus();
      }
      const Eigen::JacobiSVD<Matrix<T>> svd(MatrixAt<T>(a, i), what);
      for (int64_t k = 0; k < p; ++k) s->mutable_data<T>()[i * p + k] = T(svd.singularValues()[k]);
      if (vectors_) MutableMatrixAt<T>(u, i) = svd.matrixU();
      if (vectors_) MutableMatrixAt<T>(v, i) = svd.matrixV();
      return absl::OkStatus();
    });
  }

 private:
  bool vectors_ = true, full_ = false;
};

absl::Status SvdShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape a, c.WithRankAtLeast(0, 2));
  bool vectors, full;
  MR_RETURN_IF_ERROR(c.GetAttr("compute_uv", &vectors));
  MR_RETURN_IF_ERROR(c.GetAttr("full_matrices", &full));
  if (!vectors) {
    for (int i = 1; i <= 2; ++i) c.set_output(i, PartialShape::Of({0}));
  }
  if (!a.known_rank()) return absl::OkStatus();
  const int64_t m = a.dim(a.rank() - 2), n = a.dim(a.rank() - 1);
  const int64_t p = m < 0 || n < 0 ? -1 : std::min(m, n);
  c.set_output(0, BatchShape(a, {p}));
  if (!vectors) return absl::OkStatus();
  c.set_output(1, BatchShape(a, {m, full ? m : p}));
  c.set_output(2, BatchShape(a, {n, full ? n : p}));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterSvd(Registry& r) {
  return r.Add(Op("Svd")
                   .Input("input: T")
                   .Output("s: T")
                   .Output("u: T")
                   .Output("v: T")
                   .Attr("compute_uv: bool = true")
                   .Attr("full_matrices: bool = false")
                   .Attr("T: {double, float, half, complex64, complex128}")
                   .Doc("The singular value decomposition A = U diag(s) V^H of each matrix, s in "
                        "descending order; "
                        "with full_matrices U and V are square, else they have min(M, N) columns.")
                   .Shape(SvdShape)
                   .Cpu<InDouble<SvdKernel>>());
}

}  // namespace millrace
