// ApplyAdam (Kingma and Ba, 2014), with AMSGrad (Reddi et al., 2018) and AdaMax.
#include <algorithm>
#include <cmath>

#include "core/base/status.h"
#include "core/graph/registry.h"
#include "kernels/state/optimizer_kernel.h"

namespace millrace {
namespace {

// The step size with both moments' bias correction.
inline double AdamStep(double lr, double beta1_power, double beta2_power) {
  return lr * std::sqrt(1 - beta2_power) / (1 - beta1_power);
}

template <typename A>
struct Adam {
  static constexpr int kSlots = 3, kGrad = 9;
  Adam(const OptimizerScalars& s, const OptimizerFlags& f)
      : alpha(A(AdamStep(s[2], s[0], s[1]))),
        beta1(A(s[3])),
        beta2(A(s[4])),
        epsilon(A(s[5])),
        nesterov(f.use_nesterov) {}
  void operator()(A g, A& var, A& m, A& v) const {
    m += (g - m) * (A(1) - beta1);
    v += (g * g - v) * (A(1) - beta2);
    const A direction = nesterov ? g * (A(1) - beta1) + beta1 * m : m;
    var -= direction * alpha / (std::sqrt(v) + epsilon);
  }
  const A alpha;
  const A beta1;
  const A beta2;
  const A epsilon;
  const bool nesterov;
};

template <typename A>
struct AdamWithAmsgrad {
  static constexpr int kSlots = 4, kGrad = 10;
  AdamWithAmsgrad(const OptimizerScalars& s, const OptimizerFlags& f)
      : alpha(A(AdamStep(s[2], s[0], s[1]))), beta1(A(s[3])), beta2(A(s[4])), epsilon(A(s[5])) {}
  void operator()(A g, A& var, A& m, A& v, A& vhat) const {
    m += (g - m) * (A(1) - beta1);
    v += (g * g - v) * (A(1) - beta2);
    vhat = std::max(vhat, v);
    var -= m * alpha / (std::sqrt(vhat) + epsilon);
  }
  const A alpha;
  const A beta1;
  const A beta2;
  const A epsilon;
};

template <typename A>
struct AdaMax {
  static constexpr int kSlots = 3, kGrad = 8;
  AdaMax(const OptimizerScalars& s, const OptimizerFlags& f)
      : step(A(s[1] / (1 - s[0]))), beta1(A(s[2])), beta2(A(s[3])), epsilon(A(s[4])) {}
  void operator()(A g, A& var, A& m, A& v) const {
    m += (g - m) * (A(1) - beta1);
    v = std::max(beta2 * v, std::abs(g));
    var -= step * (m / (v + epsilon));
  }
  const A step;
  const A beta1;
  const A beta2;
  const A epsilon;
};

}  // namespace

absl::Status RegisterAdam(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(OptimizerOp<Adam, false>(
      Op("ApplyAdam")
          .Input("var: Ref(T)")
          .Input("m: Ref(T)")
          .Input("v: Ref(T)")
          .Input("beta1_power: T")
          .Input("beta2_power: T")
          .Input("lr: T")
          .Input("beta1: T")
          .Input("beta2: T")
          .Input("epsilon: T")
          .Input("grad: T")
          .Output("out: Ref(T)")
          .Attr("T: numbertype")
          .Attr("use_locking: bool = false")
          .Attr("use_nesterov: bool = false")
          .Doc("var -= lr_t * m / (sqrt(v) + epsilon) with moments m, v of the gradient."))));
  MR_RETURN_IF_ERROR(r.Add(OptimizerOp<Adam, false>(
      Op("ResourceApplyAdam")
          .Input("var: resource")
          .Input("m: resource")
          .Input("v: resource")
          .Input("beta1_power: T")
          .Input("beta2_power: T")
          .Input("lr: T")
          .Input("beta1: T")
          .Input("beta2: T")
          .Input("epsilon: T")
          .Input("grad: T")
          .Attr("T: numbertype")
          .Attr("use_locking: bool = false")
          .Attr("use_nesterov: bool = false")
          .Stateful()
          .Doc("var -= lr_t * m / (sqrt(v) + epsilon) with moments m, v of the gradient."))));
  MR_RETURN_IF_ERROR(r.Add(
      OptimizerOp<AdamWithAmsgrad, false>(Op("ResourceApplyAdamWithAmsgrad")
                                              .Input("var: resource")
                                              .Input("m: resource")
                                              .Input("v: resource")
                                              .Input("vhat: resource")
                                              .Input("beta1_power: T")
                                              .Input("beta2_power: T")
                                              .Input("lr: T")
                                              .Input("beta1: T")
                                              .Input("beta2: T")
                                              .Input("epsilon: T")
                                              .Input("grad: T")
                                              .Attr("T: numbertype")
                                              .Attr("use_locking: bool = false")
                                              .Stateful()
                                              .Doc("Adam with the maximum of all v so far."))));
  MR_RETURN_IF_ERROR(r.Add(OptimizerOp<AdaMax, false>(
      Op("ApplyAdaMax")
          .Input("var: Ref(T)")
          .Input("m: Ref(T)")
          .Input("v: Ref(T)")
          .Input("beta1_power: T")
          .Input("lr: T")
          .Input("beta1: T")
          .Input("beta2: T")
          .Input("epsilon: T")
          .Input("grad: T")
          .Output("out: Ref(T)")
          .Attr("T: numbertype")
          .Attr("use_locking: bool = false")
          .Doc("Adam with the infinity norm in place of the second moment."))));
  return r.Add(OptimizerOp<AdaMax, false>(
      Op("ResourceApplyAdaMax")
          .Input("var: resource")
          .Input("m: resource")
          .Input("v: resource")
          .Input("beta1_power: T")
          .Input("lr: T")
          .Input("beta1: T")
          .Input("beta2: T")
          .Input("epsilon: T")
          .Input("grad: T")
          .Attr("T: numbertype")
          .Attr("use_locking: bool = false")
          .Stateful()
          .Doc("Adam with the infinity norm in place of the second moment.")));
}

}  // namespace millrace
