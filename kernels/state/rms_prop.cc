// ApplyRMSProp and ApplyCenteredRMSProp (Tieleman and Hinton, 2012; centred: Graves, 2013).
#include <cmath>

#include "core/base/status.h"
#include "core/graph/registry.h"
#include "kernels/state/optimizer_kernel.h"

namespace millrace {
namespace {

template <typename A>
struct RmsProp {
  static constexpr int kSlots = 3, kGrad = 7;
  RmsProp(const OptimizerScalars& s, const OptimizerFlags& f)
      : lr(A(s[0])), rho(A(s[1])), momentum(A(s[2])), epsilon(A(s[3])) {}
  void operator()(A g, A& var, A& ms, A& mom) const {
    ms += (g * g - ms) * (A(1) - rho);
    mom = mom * momentum + g * lr / std::sqrt(ms + epsilon);
    var -= mom;
  }
  const A lr;
  const A rho;
  const A momentum;
  const A epsilon;
};

template <typename A>
struct CenteredRmsProp {
  static constexpr int kSlots = 4, kGrad = 8;
  CenteredRmsProp(const OptimizerScalars& s, const OptimizerFlags& f)
      : lr(A(s[0])), rho(A(s[1])), momentum(A(s[2])), epsilon(A(s[3])) {}
  void operator()(A g, A& var, A& mg, A& ms, A& mom) const {
    ms += (g * g - ms) * (A(1) - rho);
    mg += (g - mg) * (A(1) - rho);
    mom = mom * momentum + g * lr / std::sqrt(ms - mg * mg + epsilon);
    var -= mom;
  }
  const A lr;
  const A rho;
  const A momentum;
  const A epsilon;
};

}  // namespace

absl::Status RegisterRmsProp(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(OptimizerOp<RmsProp, false>(
      Op("ApplyRMSProp")
          .Input("var: Ref(T)")
          .Input("ms: Ref(T)")
          .Input("mom: Ref(T)")
          .Input("lr: T")
          .Input("rho: T")
          .Input("momentum: T")
          .Input("epsilon: T")
          .Input("grad: T")
          .Output("out: Ref(T)")
          .Attr("T: numbertype")
          .Attr("use_locking: bool = false")
          .Doc("var -= mom, with mom the momentum of lr * grad / sqrt(mean square + epsilon)."))));
  MR_RETURN_IF_ERROR(r.Add(OptimizerOp<RmsProp, false>(
      Op("ResourceApplyRMSProp")
          .Input("var: resource")
          .Input("ms: resource")
          .Input("mom: resource")
          .Input("lr: T")
          .Input("rho: T")
          .Input("momentum: T")
          .Input("epsilon: T")
          .Input("grad: T")
          .Attr("T: numbertype")
          .Attr("use_locking: bool = false")
          .Stateful()
          .Doc("var -= mom, with mom the momentum of lr * grad / sqrt(mean square + epsilon)."))));
  MR_RETURN_IF_ERROR(
      r.Add(OptimizerOp<RmsProp, true>(Op("SparseApplyRMSProp")
                                           .Input("var: Ref(T)")
                                           .Input("ms: Ref(T)")
                                           .Input("mom: Ref(T)")
                                           .Input("lr: T")
                                           .Input("rho: T")
                                           .Input("momentum: T")
                                           .Input("epsilon: T")
                                           .Input("grad: T")
                                           .Input("indices: Tindices")
                                           .Output("out: Ref(T)")
                                           .Attr("T: numbertype")
                                           .Attr("Tindices: {int32, int64}")
                                           .Attr("use_locking: bool = false")
                                           .Doc("The same for the rows named by `indices`."))));
  MR_RETURN_IF_ERROR(
      r.Add(OptimizerOp<RmsProp, true>(Op("ResourceSparseApplyRMSProp")
                                           .Input("var: resource")
                                           .Input("ms: resource")
                                           .Input("mom: resource")
                                           .Input("lr: T")
                                           .Input("rho: T")
                                           .Input("momentum: T")
                                           .Input("epsilon: T")
                                           .Input("grad: T")
                                           .Input("indices: Tindices")
                                           .Attr("T: numbertype")
                                           .Attr("Tindices: {int32, int64}")
                                           .Attr("use_locking: bool = false")
                                           .Stateful()
                                           .Doc("The same for the rows named by `indices`."))));
  MR_RETURN_IF_ERROR(r.Add(OptimizerOp<CenteredRmsProp, false>(
      Op("ApplyCenteredRMSProp")
          .Input("var: Ref(T)")
          .Input("mg: Ref(T)")
          .Input("ms: Ref(T)")
          .Input("mom: Ref(T)")
          .Input("lr: T")
          .Input("rho: T")
          .Input("momentum: T")
          .Input("epsilon: T")
          .Input("grad: T")
          .Output("out: Ref(T)")
          .Attr("T: numbertype")
          .Attr("use_locking: bool = false")
          .Doc("RMSProp by the variance in place of the mean square."))));
  MR_RETURN_IF_ERROR(r.Add(OptimizerOp<CenteredRmsProp, false>(
      Op("ResourceApplyCenteredRMSProp")
          .Input("var: resource")
          .Input("mg: resource")
          .Input("ms: resource")
          .Input("mom: resource")
          .Input("lr: T")
          .Input("rho: T")
          .Input("momentum: T")
          .Input("epsilon: T")
          .Input("grad: T")
          .Attr("T: numbertype")
          .Attr("use_locking: bool = false")
          .Stateful()
          .Doc("RMSProp by the variance in place of the mean square."))));
  MR_RETURN_IF_ERROR(r.Add(
      OptimizerOp<CenteredRmsProp, true>(Op("SparseApplyCenteredRMSProp")
                                             .Input("var: Ref(T)")
                                             .Input("mg: Ref(T)")
                                             .Input("ms: Ref(T)")
                                             .Input("mom: Ref(T)")
                                             .Input("lr: T")
                                             .Input("rho: T")
                                             .Input("momentum: T")
                                             .Input("epsilon: T")
                                             .Input("grad: T")
                                             .Input("indices: Tindices")
                                             .Output("out: Ref(T)")
                                             .Attr("T: numbertype")
                                             .Attr("Tindices: {int32, int64}")
                                             .Attr("use_locking: bool = false")
                                             .Doc("The same for the rows named by `indices`."))));
  return r.Add(
      OptimizerOp<CenteredRmsProp, true>(Op("ResourceSparseApplyCenteredRMSProp")
                                             .Input("var: resource")
                                             .Input("mg: resource")
                                             .Input("ms: resource")
                                             .Input("mom: resource")
                                             .Input("lr: T")
                                             .Input("rho: T")
                                             .Input("momentum: T")
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
