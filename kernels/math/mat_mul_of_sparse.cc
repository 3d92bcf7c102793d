// SparseMatMul: a product of dense matrices that are said to hold many zeros, in float.
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/gemm.h"
#include "kernels/math/narrow.h"
#include "kernels/math/product_shape.h"

namespace millrace {
namespace {

// The zeros are not looked for: blocks of the dense product are quicker than rows with a third of
// their elements.
class MatMulOfSparseKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("transpose_a", &transpose_a_));
    return c.GetAttr("transpose_b", &transpose_b_);
  }

  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const GemmShape s,
                        ProductShape(c.input(0), transpose_a_, c.input(1), transpose_b_));
    MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create({s.m, s.n}));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    MR_ASSIGN_OR_RETURN(const Tensor a, InFloat(c, 0));
    MR_ASSIGN_OR_RETURN(const Tensor b, InFloat(c, 1));
    Gemm(c.pool(), s, a.data<float>(), b.data<float>(), out->mutable_data<float>());
    return absl::OkStatus();
  }

 private:
  static absl::StatusOr<Tensor> InFloat(const KernelContext& c, int i) {
    const Tensor& narrow = c.input(i);
    if (narrow.dtype() == DType::kFloat) return narrow;
    Tensor wide;
    MR_RETURN_IF_ERROR(c.allocate_temp(DType::kFloat, narrow.shape(), &wide));
    Widen(narrow.data<bfloat16>(), wide.mutable_data<float>(), wide.num_elements());
    return wide;
  }

  bool transpose_a_ = false, transpose_b_ = false;
};

// As MatMul's; what is said of a and b holds of them in the products too.
absl::StatusOr<Gradients> MatMulOfSparseGradient(Builder& b, const OpView& op,
                                                 const Gradients& dy) {
  const bool ta = op.attr<bool>("transpose_a"), tb = op.attr<bool>("transpose_b");
  const bool sa = op.attr<bool>("a_is_sparse"), sb = op.attr<bool>("b_is_sparse");
  const auto product = [&](Output x, Output y, bool tx, bool ty, bool sx, bool sy, Output like) {
    return b.Cast(
        b.Op1("SparseMatMul", {x, y},
              {{"transpose_a", tx}, {"transpose_b", ty}, {"a_is_sparse", sx}, {"b_is_sparse", sy}}),
        b.dtype(like));
  };
  const Output x = op.input(0), y = op.input(1), d = dy[0];
  const Output dx =
      ta ? product(y, d, tb, true, sb, false, x) : product(d, y, false, !tb, false, sb, x);
  const Output dw =
      tb ? product(d, x, true, ta, false, sa, y) : product(x, d, !ta, false, sa, false, y);
  return Gradients{dx, dw};
}

}  // namespace

absl::Status RegisterMatMulOfSparse(Registry& r) {
  return r.Add(Op("SparseMatMul")
                   .Input("a: Ta")
                   .Input("b: Tb")
                   .Output("product: float")
                   .Attr("transpose_a: bool = false")
                   .Attr("transpose_b: bool = false")
                   .Attr("a_is_sparse: bool = false")
                   .Attr("b_is_sparse: bool = false")
                   .Attr("Ta: {float, bfloat16} = DT_FLOAT")
                   .Attr("Tb: {float, bfloat16} = DT_FLOAT")
                   .Doc("The product of two matrices, each transposed first if so asked, as float; "
                        "a_is_sparse and b_is_sparse say that many of their elements are zero.")
                   .Shape(MatMulShape)
                   .Gradient(MatMulOfSparseGradient)
                   .Cpu<MatMulOfSparseKernel>());
}

}  // namespace millrace
