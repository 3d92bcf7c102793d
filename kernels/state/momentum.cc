// ApplyMomentum and ApplyKerasMomentum: heavy-ball momentum, plain or as Nesterov looks ahead.
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "kernels/state/optimizer_kernel.h"

namespace millrace {
namespace {

template <typename A>
struct Momentum {
  static constexpr int kSlots = 2, kGrad = 3;
  Momentum(const OptimizerScalars& s, const OptimizerFlags& f)
      : lr(A(s[0])), momentum(A(s[1])), nesterov(f.use_nesterov) {}
  void operator()(A g, A& var, A& accum) const {
    accum = accum * momentum + g;
    var -= nesterov ? g * lr + accum * momentum * lr : accum * lr;
  }
  const A lr;
  const A momentum;
  const bool nesterov;
};

// The same with the learning rate inside the accumulator.
template <typename A>
struct KerasMomentum {
  static constexpr int kSlots = 2, kGrad = 3;
  KerasMomentum(const OptimizerScalars& s, const OptimizerFlags& f)
      : lr(A(s[0])), momentum(A(s[1])), nesterov(f.use_nesterov) {}
  void operator()(A g, A& var, A& accum) const {
    accum = accum * momentum - g * lr;
    var += nesterov ? accum * momentum - g * lr : accum;
  }
  const A lr;
  const A momentum;
  const bool nesterov;
};

}  // namespace

absl::Status RegisterMomentum(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(OptimizerOp<Momentum, false>(
      Op("ApplyMomentum")
          .Input("var: Ref(T)")
          .Input("accum: Ref(T)")
          .Input("lr: T")
          .Input("grad: T")
          .Input("momentum: T")
          .Output("out: Ref(T)")
          .Attr("T: numbertype")
          .Attr("use_locking: bool = false")
          .Attr("use_nesterov: bool = false")
          .Doc("accum = accum * momentum + grad; var -= lr * accum."))));
  MR_RETURN_IF_ERROR(r.Add(OptimizerOp<Momentum, false>(
      Op("ResourceApplyMomentum")
          .Input("var: resource")
          .Input("accum: resource")
          .Input("lr: T")
          .Input("grad: T")
          .Input("momentum: T")
          .Attr("T: numbertype")
          .Attr("use_locking: bool = false")
          .Attr("use_nesterov: bool = false")
          .Stateful()
          .Doc("accum = accum * momentum + grad; var -= lr * accum."))));
  MR_RETURN_IF_ERROR(
      r.Add(OptimizerOp<Momentum, true>(Op("SparseApplyMomentum")
                                            .Input("var: Ref(T)")
                                            .Input("accum: Ref(T)")
                                            .Input("lr: T")
                                            .Input("grad: T")
                                            .Input("indices: Tindices")
                                            .Input("momentum: T")
                                            .Output("out: Ref(T)")
                                            .Attr("T: numbertype")
                                            .Attr("Tindices: {int32, int64}")
                                            .Attr("use_locking: bool = false")
                                            .Attr("use_nesterov: bool = false")
                                            .Doc("The same for the rows named by `indices`."))));
  MR_RETURN_IF_ERROR(
      r.Add(OptimizerOp<Momentum, true>(Op("ResourceSparseApplyMomentum")
                                            .Input("var: resource")
                                            .Input("accum: resource")
                                            .Input("lr: T")
                                            .Input("grad: T")
                                            .Input("indices: Tindices")
                                            .Input("momentum: T")
                                            .Attr("T: numbertype")
                                            .Attr("Tindices: {int32, int64}")
                                            .Attr("use_locking: bool = false")
                                            .Attr("use_nesterov: bool = false")
                                            .Stateful()
                                            .Doc("The same for the rows named by `indices`."))));
  MR_RETURN_IF_ERROR(r.Add(OptimizerOp<KerasMomentum, false>(
      Op("ResourceApplyKerasMomentum")
          .Input("var: resource")
          .Input("accum: resource")
          .Input("lr: T")
          .Input("grad: T")
          .Input("momentum: T")
          .Attr("T: numbertype")
          .Attr("use_locking: bool = false")
          .Attr("use_nesterov: bool = false")
          .Stateful()
          .Doc("accum = accum * momentum - lr * grad; var += accum."))));
  return r.Add(
      OptimizerOp<KerasMomentum, true>(Op("ResourceSparseApplyKerasMomentum")
                                           .Input("var: resource")
                                           .Input("accum: resource")
                                           .Input("lr: T")
                                           .Input("grad: T")
                                           .Input("indices: Tindices")
                                           .Input("momentum: T")
                                           .Attr("T: numbertype")
                                           .Attr("Tindices: {int32, int64}")
                                           .Attr("use_locking: bool = false")
                                           .Attr("use_nesterov: bool = false")
                                           .Stateful()
                                           .Doc("The same for the rows named by `indices`.")));
}

}  // namespace millrace
