// _MatMulApplyGradientDescent: a step of gradient descent whose gradient is a product of matrices,
// added to the variable as it is computed. Made by core/passes/fuse_update.
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/gemm.h"
#include "kernels/math/product_shape.h"
#include "kernels/state/variable_access.h"

namespace millrace {
namespace {

template <typename T>
class MatMulApplyGradientDescent final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("transpose_a", &transpose_a_));
    return c.GetAttr("transpose_b", &transpose_b_);
  }

  absl::Status Compute(KernelContext& c) override {
    const Tensor& alpha = c.input(1);
    const Tensor& a = c.input(2);
    const Tensor& b = c.input(3);
    if (alpha.num_elements() != 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("input 1 must be a scalar, got shape ", alpha.shape().ToString()));
    }
    MR_ASSIGN_OR_RETURN(const GemmShape s, ProductShape(a, transpose_a_, b, transpose_b_));
    MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create({s.m, s.n}));
    LockedVariables variables;
    MR_RETURN_IF_ERROR(variables.Lock(c, 1, kDTypeOf<T>));
    Tensor& variable = variables[0];
    if (variable.shape() != shape) {
      return absl::InvalidArgumentError(absl::StrCat(
          "variable and gradient do not have the same shape: ", variable.shape().ToString(), " ",
          shape.ToString()));
    }
    AddGemm(c.pool(), s, -alpha.data<T>()[0], a.data<T>(), b.data<T>(), variable.mutable_data<T>());
    return absl::OkStatus();
  }

 private:
  bool transpose_a_ = false, transpose_b_ = false;
};

}  // namespace

absl::Status RegisterFusedDescent(Registry& r) {
  return r.Add(Op("_MatMulApplyGradientDescent")
                   .Input("var: resource")
                   .Input("alpha: T")
                   .Input("a: T")
                   .Input("b: T")
                   .Attr("T: {float}")
                   .Attr("transpose_a: bool = false")
                   .Attr("transpose_b: bool = false")
                   .Stateful()
                   .Doc("var -= alpha * (a b), each of the matrices transposed first if so asked.")
                   .NotDifferentiable()
                   .Cpu<MatMulApplyGradientDescent, float>());
}

}  // namespace millrace
