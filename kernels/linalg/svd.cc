// Svd.

#include <algorithm>

#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/linalg/matrices.h"
#include "kernels/linalg/svd_factors.h"

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
    return ForEachMatrix(c, batch.count, [&](int64_t i) {
      if (p == 0) {
        if (vectors_) MutableMatrixAt<T>(u, i).setIdentity();
        if (vectors_) MutableMatrixAt<T>(v, i).setIdentity();
        return absl::OkStatus();
      }
      const SvdFactors<T> svd(MatrixAt<T>(a, i), full_);
      for (int64_t k = 0; k < p; ++k) s->mutable_data<T>()[i * p + k] = T(svd.s[k]);
      if (!vectors_) return absl::OkStatus();
      MutableMatrixAt<T>(u, i) = svd.u;
      MutableMatrixAt<T>(v, i) = svd.v;
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
  for (int i = 1; i <= 2; ++i) c.set_output(i, vectors ? PartialShape() : PartialShape::Of({0}));
  if (!a.known_rank()) return absl::OkStatus();
  const int64_t m = a.dim(a.rank() - 2), n = a.dim(a.rank() - 1);
  const int64_t p = m < 0 || n < 0 ? -1 : std::min(m, n);
  c.set_output(0, BatchShape(a, {p}));
  if (!vectors) return absl::OkStatus();
  c.set_output(1, BatchShape(a, {m, full ? m : p}));
  c.set_output(2, BatchShape(a, {n, full ? n : p}));
  return absl::OkStatus();
}

// 1 / x, and 0 for 0.
Output Inverse(Builder& b, Output x) {
  return b.Div(x, b.Add(b.Square(x), b.ScalarLike(x, 1e-20)));
}

// The gradient of a matrix that has no more rows than columns, from those of s, u and v (Giles, An
// extended collection of matrix derivative results, 2008, 3.4). The terms divide by differences of
// the squared singular values.
Output WideSvdGradient(Builder& b, Output s, Output u, Output v, Output ds, Output du, Output dv,
                       int64_t m, int64_t n) {
  const Output s_diagonal = b.Op1("MatrixDiag", {s}), s2 = b.Square(s);
  const Output f =
      b.Op1("MatrixSetDiag",
            {Inverse(b, b.Sub(b.ExpandDims(s2, -2), b.ExpandDims(s2, -1))), b.ZerosLike(s)});
  const Output v1 = Columns(b, v, 0, m), dv1 = Columns(b, dv, 0, m);
  const Output vdv = MatrixProduct(b, v1, dv1, true, false);
  const Output fu = b.Mul(f, MatrixProduct(b, u, du, true, false)), fv = b.Mul(f, vdv);
  const Output inside = b.Add(b.Op1("MatrixDiag", {ds}),
                              b.Add(MatrixProduct(b, b.Add(fu, Adjoint(b, fu)), s_diagonal),
                                    MatrixProduct(b, s_diagonal, b.Add(fv, Adjoint(b, fv)))));
  Output gradient = MatrixProduct(b, u, MatrixProduct(b, inside, v1, false, true));
  const Output u_over_s = MatrixProduct(b, u, b.Op1("MatrixDiag", {Inverse(b, s)}));
  if (m < n) {
    // What of dv lies outside the columns of v1.
    Output outside = b.Sub(dv1, MatrixProduct(b, v1, vdv));
    if (b.shape(v).dim(b.shape(v).rank() - 1) > m) {
      const Output v2 = Columns(b, v, m, -1), dv2 = Columns(b, dv, m, -1);
      outside = b.Sub(outside, MatrixProduct(b, v2, MatrixProduct(b, dv2, v1, true, false)));
    }
    gradient = b.Add(gradient, MatrixProduct(b, u_over_s, outside, false, true));
  }
  if (IsComplex(b.dtype(s))) {
    // The phases that the singular vectors are free to have (Wan and Zhang, Automatic
    // differentiation for complex valued SVD, 2019).
    const Output phase = b.Op1("MatrixDiagPart", {vdv});
    const Output turn = b.Mul(b.Sub(b.Conj(phase), phase), b.ScalarLike(phase, 0.5));
    const Output turned = MatrixProduct(b, u_over_s, b.Op1("MatrixDiag", {turn}));
    gradient = b.Add(gradient, MatrixProduct(b, turned, v1, false, true));
  }
  return gradient;
}

absl::StatusOr<Gradients> SvdGradient(Builder& b, const OpView& op, const Gradients& dy) {
  Output s = op.output(0), u = op.output(1), v = op.output(2);
  const Output ds = dy[0].valid() ? Output(dy[0]) : b.ZerosLike(s);
  if (!op.attr<bool>("compute_uv")) {
    const Outputs parts = b.Op("Svd", {op.input(0)});
    if (!b.ok()) return b.status();
    const Output us = MatrixProduct(b, parts[1], b.Op1("MatrixDiag", {ds}));
    return Gradients{MatrixProduct(b, us, parts[2], false, true)};
  }
  const PartialShape shape = b.shape(op.input(0));
  const int64_t m = shape.known_rank() ? shape.dim(shape.rank() - 2) : -1;
  const int64_t n = shape.known_rank() ? shape.dim(shape.rank() - 1) : -1;
  if (m < 0 || n < 0)
    return absl::UnimplementedError("the gradient of Svd needs matrices of known sizes");
  if (op.attr<bool>("full_matrices") && std::abs(m - n) > 1) {
    return absl::UnimplementedError(
        "Svd has no gradient with full_matrices where rows and columns differ by more than 1");
  }
  const Output du = dy[1].valid() ? Output(dy[1]) : b.ZerosLike(u);
  const Output dv = dy[2].valid() ? Output(dy[2]) : b.ZerosLike(v);
  if (m <= n) return Gradients{WideSvdGradient(b, s, u, v, ds, du, dv, m, n)};
  return Gradients{Adjoint(b, WideSvdGradient(b, s, v, u, ds, dv, du, n, m))};
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
                   .Doc("The singular value decomposition A = U diag(s) V^H of each matrix [M, N]: "
                        "s descends, U is [M, P] and V is [N, P], with P = min(M, N), or with "
                        "full_matrices [M, M] and [N, N].")
                   .Shape(SvdShape)
                   .Gradient(SvdGradient)
                   .Cpu<InDouble<SvdKernel>>());
}

}  // namespace millrace
