// ApplyAddSign and ApplyPowerSign (Bello et al., 2017).
#include <cmath>

#include "core/base/status.h"
#include "core/graph/registry.h"
#include "kernels/state/optimizer_kernel.h"

namespace millrace {
namespace {

template <typename A>
A Sign(A x) {
  return A((x > A(0)) - (x < A(0)));
}

template <typename A>
struct AddSign {
  static constexpr int kSlots = 2, kGrad = 6;
  AddSign(const OptimizerScalars& s, const OptimizerFlags& f)
      : lr(A(s[0])), alpha(A(s[1])), sign_decay(A(s[2])), beta(A(s[3])) {}
  void operator()(A g, A& var, A& m) const {
    m = m * beta + g * (A(1) - beta);
    var -= lr * (alpha + sign_decay * Sign(g) * Sign(m)) * g;
  }
  const A lr;
  const A alpha;
  const A sign_decay;
  const A beta;
};

template <typename A>
struct PowerSign {
  static constexpr int kSlots = 2, kGrad = 6;
  PowerSign(const OptimizerScalars& s, const OptimizerFlags& f)
      : lr(A(s[0])), logbase(A(s[1])), sign_decay(A(s[2])), beta(A(s[3])) {}
  void operator()(A g, A& var, A& m) const {
    m = m * beta + g * (A(1) - beta);
    var -= lr * std::exp(logbase * sign_decay * Sign(g) * Sign(m)) * g;
  }
  const A lr;
  const A logbase;
  const A sign_decay;
  const A beta;
};

}  // namespace

absl::Status RegisterSignOptimizers(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(OptimizerOp<AddSign, false>(
      Op("ApplyAddSign")
          .Input("var: Ref(T)")
          .Input("m: Ref(T)")
          .Input("lr: T")
          .Input("alpha: T")
          .Input("sign_decay: T")
          .Input("beta: T")
          .Input("grad: T")
          .Output("out: Ref(T)")
          .Attr("T: numbertype")
          .Attr("use_locking: bool = false")
          .Doc("var -= lr * (alpha + sign_decay * sign(grad) * sign(m)) * grad."))));
  MR_RETURN_IF_ERROR(r.Add(OptimizerOp<AddSign, false>(
      Op("ResourceApplyAddSign")
          .Input("var: resource")
          .Input("m: resource")
          .Input("lr: T")
          .Input("alpha: T")
          .Input("sign_decay: T")
          .Input("beta: T")
          .Input("grad: T")
          .Attr("T: numbertype")
          .Attr("use_locking: bool = false")
          .Stateful()
          .Doc("var -= lr * (alpha + sign_decay * sign(grad) * sign(m)) * grad."))));
  MR_RETURN_IF_ERROR(r.Add(OptimizerOp<PowerSign, false>(
      Op("ApplyPowerSign")
          .Input("var: Ref(T)")
          .Input("m: Ref(T)")
          .Input("lr: T")
          .Input("logbase: T")
          .Input("sign_decay: T")
          .Input("beta: T")
          .Input("grad: T")
          .Output("out: Ref(T)")
          .Attr("T: numbertype")
          .Attr("use_locking: bool = false")
          .Doc("var -= lr * exp(logbase * sign_decay * sign(grad) * sign(m)) * grad."))));
  return r.Add(OptimizerOp<PowerSign, false>(
      Op("ResourceApplyPowerSign")
          .Input("var: resource")
          .Input("m: resource")
          .Input("lr: T")
          .Input("logbase: T")
          .Input("sign_decay: T")
          .Input("beta: T")
          .Input("grad: T")
          .Attr("T: numbertype")
          .Attr("use_locking: bool = false")
          .Stateful()
          .Doc("var -= lr * exp(logbase * sign_decay * sign(grad) * sign(m)) * grad.")));
}

}  // namespace millrace
