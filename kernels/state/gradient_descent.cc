// ApplyGradientDescent: var -= alpha * delta.
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "kernels/state/optimizer_kernel.h"

namespace millrace {
namespace {

template <typename A>
struct GradientDescent {
  static constexpr int kSlots = 1, kGrad = 2;
  GradientDescent(const OptimizerScalars& s, const OptimizerFlags& f) : alpha(A(s[0])) {}
  void operator()(A g, A& var) const { var -= alpha * g; }
  const A alpha;
};

}  // namespace

absl::Status RegisterGradientDescent(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(OptimizerOp<GradientDescent, false>(Op("ApplyGradientDescent")
                                                    .Input("var: Ref(T)")
                                                    .Input("alpha: T")
                                                    .Input("delta: T")
                                                    .Output("out: Ref(T)")
                                                    .Attr("T: numbertype")
                                                    .Attr("use_locking: bool = false")
                                                    .Doc("var -= alpha * delta."))));
  return r.Add(OptimizerOp<GradientDescent, false>(Op("ResourceApplyGradientDescent")
                                                       .Input("var: resource")
                                                       .Input("alpha: T")
                                                       .Input("delta: T")
                                                       .Attr("T: numbertype")
                                                       .Attr("use_locking: bool = false")
                                                       .Stateful()
                                                       .Doc("var -= alpha * delta.")));
}

}  // namespace millrace
