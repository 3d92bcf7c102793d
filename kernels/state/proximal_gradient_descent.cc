// ApplyProximalGradientDescent: a gradient step, then shrinkage by l1 and l2 (Duchi and Singer,
// 2009, FOBOS).
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
struct ProximalGradientDescent {
  static constexpr int kSlots = 1, kGrad = 4;
  ProximalGradientDescent(const OptimizerScalars& s, const OptimizerFlags& f)
      : alpha(A(s[0])), l1(A(s[1])), l2(A(s[2])) {}
  void operator()(A g, A& var) const {
    const A step = var - g * alpha;
    const A shrunk = l1 > A(0) ? Sign(step) * std::max(std::abs(step) - alpha * l1, A(0)) : step;
    var = shrunk / (A(1) + alpha * l2);
  }
  const A alpha;
  const A l1;
  const A l2;
};

}  // namespace

absl::Status RegisterProximalGradientDescent(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(OptimizerOp<ProximalGradientDescent, false>(
      Op("ApplyProximalGradientDescent")
          .Input("var: Ref(T)")
          .Input("alpha: T")
          .Input("l1: T")
          .Input("l2: T")
          .Input("delta: T")
          .Output("out: Ref(T)")
          .Attr("T: numbertype")
          .Attr("use_locking: bool = false")
          .Doc("A gradient step, then shrinkage by l1 and l2."))));
  MR_RETURN_IF_ERROR(r.Add(OptimizerOp<ProximalGradientDescent, false>(
      Op("ResourceApplyProximalGradientDescent")
          .Input("var: resource")
          .Input("alpha: T")
          .Input("l1: T")
          .Input("l2: T")
          .Input("delta: T")
          .Attr("T: numbertype")
          .Attr("use_locking: bool = false")
          .Stateful()
          .Doc("A gradient step, then shrinkage by l1 and l2."))));
  MR_RETURN_IF_ERROR(r.Add(OptimizerOp<ProximalGradientDescent, true>(
      Op("SparseApplyProximalGradientDescent")
          .Input("var: Ref(T)")
          .Input("alpha: T")
          .Input("l1: T")
          .Input("l2: T")
          .Input("grad: T")
          .Input("indices: Tindices")
          .Output("out: Ref(T)")
          .Attr("T: numbertype")
          .Attr("Tindices: {int32, int64}")
          .Attr("use_locking: bool = false")
          .Doc("The same for the rows named by `indices`."))));
  return r.Add(OptimizerOp<ProximalGradientDescent, true>(
      Op("ResourceSparseApplyProximalGradientDescent")
          .Input("var: resource")
          .Input("alpha: T")
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
