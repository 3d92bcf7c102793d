// MatMul.
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

template <typename T>
class MatMulKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("transpose_a", &transpose_a_));
    return c.GetAttr("transpose_b", &transpose_b_);
  }

  absl::Status Compute(KernelContext& c) override {
    const Tensor& a = c.input(0);
    const Tensor& b = c.input(1);
    MR_ASSIGN_OR_RETURN(const GemmShape s, ProductShape(a, transpose_a_, b, transpose_b_));
    MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create({s.m, s.n}));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    if constexpr (kIsNarrowFloat<T>) {
      return MultiplyInFloat(c, s, out);
    } else {
      Gemm(c.pool(), s, a.data<T>(), b.data<T>(), out->mutable_data<T>());
      return absl::OkStatus();
    }
  }

 private:
  absl::Status MultiplyInFloat(KernelContext& c, const GemmShape& s, Tensor* out) const {
    Tensor wide[2], product;
    for (int i = 0; i < 2; ++i) {
      MR_RETURN_IF_ERROR(c.allocate_temp(DType::kFloat, c.input(i).shape(), &wide[i]));
      Widen(c.input(i).data<T>(), wide[i].mutable_data<float>(), wide[i].num_elements());
    }
    MR_RETURN_IF_ERROR(c.allocate_temp(DType::kFloat, out->shape(), &product));
    Gemm(c.pool(), s, wide[0].data<float>(), wide[1].data<float>(), product.mutable_data<float>());
    Narrow(product.data<float>(), out->mutable_data<T>(), product.num_elements());
    return absl::OkStatus();
  }

  bool transpose_a_ = false, transpose_b_ = false;
};

// With y = op(a) op(b): d op(a) = dy op(b)^T and d op(b) = op(a)^T dy, each transposed back where
// op transposes.
absl::StatusOr<Gradients> MatMulGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const bool ta = op.attr<bool>("transpose_a"), tb = op.attr<bool>("transpose_b");
  const Output x = b.Conj(op.input(0)), y = b.Conj(op.input(1));
  const Output dx = ta ? b.MatMul(y, dy[0], tb, true) : b.MatMul(dy[0], y, false, !tb);
  const Output dw = tb ? b.MatMul(dy[0], x, true, ta) : b.MatMul(x, dy[0], !ta, false);
  return Gradients{dx, dw};
}

}  // namespace

absl::Status RegisterMatMul(Registry& r) {
  return r.Add(Op("MatMul")
                   .Input("a: T")
                   .Input("b: T")
                   .Output("product: T")
                   .Attr("transpose_a: bool = false")
                   .Attr("transpose_b: bool = false")
                   .Attr("T: {bfloat16, half, float, double, int32, int64, uint8, uint16, uint32, "
                         "uint64, complex64, complex128}")
                   .Attr("grad_a: bool = false")
                   .Attr("grad_b: bool = false")
                   .Doc("The product of two matrices, each transposed first if so asked.")
                   .Shape(MatMulShape)
                   .Gradient(MatMulGradient)
                   .Cpu<MatMulKernel, half, bfloat16, float, double, int32_t, int64_t, complex64,
                        complex128>());
}

}  // namespace millrace
