// ApplyAdagrad and ApplyAdagradV2 (Duchi, Hazan and Singer, 2011).
#include <cmath>

#include "core/base/status.h"
#include "core/graph/registry.h"
#include "kernels/state/optimizer_kernel.h"

namespace millrace {
namespace {

template <typename A>
struct Adagrad {
  static constexpr int kSlots = 2, kGrad = 3;
  Adagrad(const OptimizerScalars& s, const OptimizerFlags& f)
      : lr(A(s[0])), update_slots(f.update_slots) {}
  void operator()(A g, A& var, A& accum) const {
    if (update_slots) accum += g * g;
    var -= g * lr / std::sqrt(accum);
  }
  const A lr;
  const bool update_slots;
};

template <typename A>
struct AdagradV2 {
  static constexpr int kSlots = 2, kGrad = 4;
  AdagradV2(const OptimizerScalars& s, const OptimizerFlags& f)
      : lr(A(s[0])), epsilon(A(s[1])), update_slots(f.update_slots) {}
  void operator()(A g, A& var, A& accum) const {
    if (update_slots) accum += g * g;
    var -= g * lr / (std::sqrt(accum) + epsilon);
  }
  const A lr;
  const A epsilon;
  const bool update_slots;
};

}  // namespace

absl::Status RegisterAdagrad(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(
      OptimizerOp<Adagrad, false>(Op("ApplyAdagrad")
                                      .Input("var: Ref(T)")
                                      .Input("accum: Ref(T)")
                                      .Input("lr: T")
                                      .Input("grad: T")
                                      .Output("out: Ref(T)")
                                      .Attr("T: numbertype")
                                      .Attr("use_locking: bool = false")
                                      .Attr("update_slots: bool = true")
                                      .Doc("accum += grad^2; var -= lr * grad / sqrt(accum)."))));
  MR_RETURN_IF_ERROR(r.Add(
      OptimizerOp<Adagrad, false>(Op("ResourceApplyAdagrad")
                                      .Input("var: resource")
                                      .Input("accum: resource")
                                      .Input("lr: T")
                                      .Input("grad: T")
                                      .Attr("T: numbertype")
                                      .Attr("use_locking: bool = false")
                                      .Attr("update_slots: bool = true")
                                      .Stateful()
                                      .Doc("accum += grad^2; var -= lr * grad / sqrt(accum)."))));
  MR_RETURN_IF_ERROR(
      r.Add(OptimizerOp<Adagrad, true>(Op("SparseApplyAdagrad")
                                           .Input("var: Ref(T)")
                                           .Input("accum: Ref(T)")
                                           .Input("lr: T")
                                           .Input("grad: T")
                                           .Input("indices: Tindices")
                                           .Output("out: Ref(T)")
                                           .Attr("T: numbertype")
                                           .Attr("Tindices: {int32, int64}")
                                           .Attr("use_locking: bool = false")
                                           .Attr("update_slots: bool = true")
                                           .Doc("The same for the rows named by `indices`."))));
  MR_RETURN_IF_ERROR(
      r.Add(OptimizerOp<Adagrad, true>(Op("ResourceSparseApplyAdagrad")
                                           .Input("var: resource")
                                           .Input("accum: resource")
                                           .Input("lr: T")
                                           .Input("grad: T")
                                           .Input("indices: Tindices")
                                           .Attr("T: numbertype")
                                           .Attr("Tindices: {int32, int64}")
                                           .Attr("use_locking: bool = false")
                                           .Attr("update_slots: bool = true")
                                           .Stateful()
                                           .Doc("The same for the rows named by `indices`."))));
  MR_RETURN_IF_ERROR(r.Add(OptimizerOp<AdagradV2, false>(
      Op("ApplyAdagradV2")
          .Input("var: Ref(T)")
          .Input("accum: Ref(T)")
          .Input("lr: T")
          .Input("epsilon: T")
          .Input("grad: T")
          .Output("out: Ref(T)")
          .Attr("T: numbertype")
          .Attr("use_locking: bool = false")
          .Attr("update_slots: bool = true")
          .Doc("accum += grad^2; var -= lr * grad / (sqrt(accum) + epsilon)."))));
  MR_RETURN_IF_ERROR(r.Add(OptimizerOp<AdagradV2, false>(
      Op("ResourceApplyAdagradV2")
          .Input("var: resource")
          .Input("accum: resource")
          .Input("lr: T")
          .Input("epsilon: T")
          .Input("grad: T")
          .Attr("T: numbertype")
          .Attr("use_locking: bool = false")
          .Attr("update_slots: bool = true")
          .Stateful()
          .Doc("accum += grad^2; var -= lr * grad / (sqrt(accum) + epsilon)."))));
  MR_RETURN_IF_ERROR(
      r.Add(OptimizerOp<AdagradV2, true>(Op("SparseApplyAdagradV2")
                                             .Input("var: Ref(T)")
                                             .Input("accum: Ref(T)")
                                             .Input("lr: T")
                                             .Input("epsilon: T")
                                             .Input("grad: T")
                                             .Input("indices: Tindices")
                                             .Output("out: Ref(T)")
                                             .Attr("T: numbertype")
                                             .Attr("Tindices: {int32, int64}")
                                             .Attr("use_locking: bool = false")
                                             .Attr("update_slots: bool = true")
                                             .Doc("The same for the rows named by `indices`."))));
  return r.Add(OptimizerOp<AdagradV2, true>(Op("ResourceSparseApplyAdagradV2")
                                                .Input("var: resource")
                                                .Input("accum: resource")
                                                .Input("lr: T")
                                                .Input("epsilon: T")
                                                .Input("grad: T")
                                                .Input("indices: Tindices")
                                                .Attr("T: numbertype")
                                                .Attr("Tindices: {int32, int64}")
                                                .Attr("use_locking: bool = false")
                                                .Attr("update_slots: bool = true")
                                                .Stateful()
                                                .Doc("The same for the rows named by `indices`.")));
}

}  // namespace millrace
