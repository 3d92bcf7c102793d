// Qr.

#include "core/base/status.h"
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
                   .Cpu<InDouble<QrKernel>>());
}

}  // namespace millrace
