// ApplyAdadelta (Zeiler, 2012).
#include <cmath>

#include "core/base/status.h"
#include "core/graph/registry.h"
#include "kernels/state/optimizer_kernel.h"

namespace millrace {
namespace {

template <typename A>
struct Adadelta {
  static constexpr int kSlots = 3, kGrad = 6;
  Adadelta(const OptimizerScalars& s, const OptimizerFlags& f)
      : lr(A(s[0])), rho(A(s[1])), epsilon(A(s[2])) {}
  void operator()(A g, A& var, A& accum, A& accum_update) const {
    accum = accum * rho + g * g * (A(1) - rho);
    const A update = std::sqrt(accum_update + epsilon) / std::sqrt(accum + epsilon) * g;
    var -= update * lr;
    accum_update = accum_update * rho + update * update * (A(1) - rho);
  }
  const A lr;
  const A rho;
  const A epsilon;
};

}  // namespace

absl::Status RegisterAdadelta(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(OptimizerOp<Adadelta, false>(Op("ApplyAdadelta")
                                             .Input("var: Ref(T)")
                                             .Input("accum: Ref(T)")
                                             .Input("accum_update: Ref(T)")
                                             .Input("lr: T")
                                             .Input("rho: T")
                                             .Input("epsilon: T")
                                             .Input("grad: T")
                                             .Output("out: Ref(T)")
                                             .Attr("T: numbertype")
                                             .Attr("use_locking: bool = false")
                                             .Doc("var -= lr * grad scaled by the ratio of the "
                                                  "running norms of updates and gradients."))));
  MR_RETURN_IF_ERROR(
      r.Add(OptimizerOp<Adadelta, false>(Op("ResourceApplyAdadelta")
                                             .Input("var: resource")
                                             .Input("accum: resource")
                                             .Input("accum_update: resource")
                                             .Input("lr: T")
                                             .Input("rho: T")
                                             .Input("epsilon: T")
                                             .Input("grad: T")
                                             .Attr("T: numbertype")
                                             .Attr("use_locking: bool = false")
                                             .Stateful()
                                             .Doc("var -= lr * grad scaled by the ratio of the "
                                                  "running norms of updates and gradients."))));
  MR_RETURN_IF_ERROR(
      r.Add(OptimizerOp<Adadelta, true>(Op("SparseApplyAdadelta")
                                            .Input("var: Ref(T)")
                                            .Input("accum: Ref(T)")
                                            .Input("accum_update: Ref(T)")
                                            .Input("lr: T")
                                            .Input("rho: T")
                                            .Input("epsilon: T")
                                            .Input("grad: T")
                                            .Input("indices: Tindices")
                                            .Output("out: Ref(T)")
                                            .Attr("T: numbertype")
                                            .Attr("Tindices: {int32, int64}")
                                            .Attr("use_locking: bool = false")
                                            .Doc("The same for the rows named by `indices`."))));
  return r.Add(OptimizerOp<Adadelta, true>(Op("ResourceSparseApplyAdadelta")
                                               .Input("var: resource")
                                               .Input("accum: resource")
                                               .Input("accum_update: resource")
                                               .Input("lr: T")
                                               .Input("rho: T")
                                               .Input("epsilon: T")
                                               .Input("grad: T")
                                               .Input("indices: Tindices")
                                               .Attr("T: numbertype")
                                               .Attr("Tindices: {int32, int64}")
                                               .Attr("use_locking: bool = false")
                                               .Stateful()
                                               .Doc("The same for the rows named by `indices`.")));
}

}  // namespace millrace
