// ApplyProximalAdagrad: an Adagrad step, then shrinkage by l1 and l2 (FOBOS).
#include <algorithm>
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
struct ProximalAdagrad {
  static constexpr int kSlots = 2, kGrad = 5;
  ProximalAdagrad(const OptimizerScalars& s, const OptimizerFlags& f)
      : lr(A(s[0])), l1(A(s[1])), l2(A(s[2])) {}
  void operator()(A g, A& var, A& accum) const {
    accum += g * g;
    const A rate = lr / std::sqrt(accum);
    const A step = var - g * rate;
    const A shrunk = l1 > A(0) ? Sign(step) * std::max(std::abs(step) - rate * l1, A(0)) : step;
    var = shrunk / (A(1) + rate * l2);
  }
  const A lr;
  const A l1;
  const A l2;
};

}  // namespace

absl::Status RegisterProximalAdagrad(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(OptimizerOp<ProximalAdagrad, false>(
      Op("ApplyProximalAdagrad")
          .Input("var: Ref(T)")
          .Input("accum: Ref(T)")
          .Input("lr: T")
          .Input("l1: T")
          .Input("l2: T")
          .Input("grad: T")
          .Output("out: Ref(T)")
          .Attr("T: numbertype")
          .Attr("use_locking: bool = false")
          .Doc("An Adagrad step, then shrinkage by l1 and l2."))));
  MR_RETURN_IF_ERROR(r.Add(OptimizerOp<ProximalAdagrad, false>(
      Op("ResourceApplyProximalAdagrad")
          .Input("var: resource")
          .Input("accum: resource")
          .Input("lr: T")
          .Input("l1: T")
          .Input("l2: T")
          .Input("grad: T")
          .Attr("T: numbertype")
          .Attr("use_locking: bool = false")
          .Stateful()
          .Doc("An Adagrad step, then shrinkage by l1 and l2."))));
  MR_RETURN_IF_ERROR(r.Add(
      OptimizerOp<ProximalAdagrad, true>(Op("SparseApplyProximalAdagrad")
                                             .Input("var: Ref(T)")
                                             .Input("accum: Ref(T)")
                                             .Input("lr: T")
                                             .Input("l1: T")
                                             .Input("l2: T")
                                             .Input("grad: T")
                                             .Input("indices: Tindices")
                                             .Output("out: Ref(T)")
                                             .Attr("T: numbertype")
                                             .Attr("Tindices: {int32, int64}")
                                             .Attr("use_locking: bool = false")
                                             .Doc("The same for the rows named by `indices`."))));
  return r.Add(
      OptimizerOp<ProximalAdagrad, true>(Op("ResourceSparseApplyProximalAdagrad")
                                             .Input("var: resource")
                                             .Input("accum: resource")
                                             .Input("lr: T")
                                             .Input("l1: T")
                                             .Input("l2: T")
                                             .Input("grad: T")
                                             .Input("indices: Tindices")
                                             .Attr("T: numbertype")
                                             .Attr("Tindices: {int32, int64}")
                                             .Attr("use_locking: bool = false")
                                             .Stateful()
                                             .Doc("The same for the rows named by `indices`.")));
}

}  // namespace millrace
