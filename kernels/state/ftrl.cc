// ApplyFtrl and ApplyFtrlV2: follow the regularised leader (McMahan et al., 2013).
#include <algorithm>
#include <cmath>

#include "core/base/status.h"
#include "core/graph/registry.h"
#include "kernels/state/optimizer_kernel.h"

namespace millrace {
namespace {

// Shared by both versions; `shrunk_grad` is what enters the linear term.
template <typename A>
struct FtrlBase {
  FtrlBase(A lr, A l1, A l2, A lr_power, bool multiply_linear_by_lr)
      : lr(lr), l1(l1), l2(l2), lr_power(lr_power), by_lr(multiply_linear_by_lr) {}
  void Update(A g, A shrunk_grad, A& var, A& accum, A& linear) const {
    const A new_accum = accum + g * g;
    const A rate = Power(new_accum), old_rate = Power(accum);
    // The linear term is kept multiplied by lr, or not.
    const A scale = by_lr ? A(1) : lr;
    linear += (by_lr ? shrunk_grad * lr : shrunk_grad) - (rate - old_rate) / scale * var;
    const A bound = by_lr ? l1 * lr : l1;
    const A quadratic = rate / scale + A(2) * (by_lr ? l2 * lr : l2);
    const A excess = std::max(std::min(linear, bound), -bound) - linear;
    var = std::abs(linear) > bound ? excess / quadratic : A(0);
    accum = new_accum;
  }
  A Power(A x) const { return lr_power == A(-0.5) ? std::sqrt(x) : std::pow(x, -lr_power); }

  const A lr, l1, l2, lr_power;
  const bool by_lr;
};

template <typename A>
struct Ftrl : FtrlBase<A> {
  static constexpr int kSlots = 3, kGrad = 3;
  Ftrl(const OptimizerScalars& s, const OptimizerFlags& f)
      : FtrlBase<A>(A(s[0]), A(s[1]), A(s[2]), A(s[3]), f.multiply_linear_by_lr) {}
  void operator()(A g, A& var, A& accum, A& linear) const {
    this->Update(g, g, var, accum, linear);
  }
};

template <typename A>
struct FtrlV2 : FtrlBase<A> {
  static constexpr int kSlots = 3, kGrad = 3;
  FtrlV2(const OptimizerScalars& s, const OptimizerFlags& f)
      : FtrlBase<A>(A(s[0]), A(s[1]), A(s[2]), A(s[4]), f.multiply_linear_by_lr),
        shrinkage(A(s[3])) {}
  void operator()(A g, A& var, A& accum, A& linear) const {
    this->Update(g, g + A(2) * shrinkage * var, var, accum, linear);
  }

  const A shrinkage;
};

}  // namespace

absl::Status RegisterFtrl(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(OptimizerOp<Ftrl, false>(Op("ApplyFtrl")
                                         .Input("var: Ref(T)")
                                         .Input("accum: Ref(T)")
                                         .Input("linear: Ref(T)")
                                         .Input("grad: T")
                                         .Input("lr: T")
                                         .Input("l1: T")
                                         .Input("l2: T")
                                         .Input("lr_power: T")
                                         .Output("out: Ref(T)")
                                         .Attr("T: numbertype")
                                         .Attr("use_locking: bool = false")
                                         .Attr("multiply_linear_by_lr: bool = false")
                                         .Doc("Follow the proximally regularised leader."))));
  MR_RETURN_IF_ERROR(
      r.Add(OptimizerOp<Ftrl, false>(Op("ResourceApplyFtrl")
                                         .Input("var: resource")
                                         .Input("accum: resource")
                                         .Input("linear: resource")
                                         .Input("grad: T")
                                         .Input("lr: T")
                                         .Input("l1: T")
                                         .Input("l2: T")
                                         .Input("lr_power: T")
                                         .Attr("T: numbertype")
                                         .Attr("use_locking: bool = false")
                                         .Attr("multiply_linear_by_lr: bool = false")
                                         .Stateful()
                                         .Doc("Follow the proximally regularised leader."))));
  MR_RETURN_IF_ERROR(
      r.Add(OptimizerOp<Ftrl, true>(Op("SparseApplyFtrl")
                                        .Input("var: Ref(T)")
                                        .Input("accum: Ref(T)")
                                        .Input("linear: Ref(T)")
                                        .Input("grad: T")
                                        .Input("indices: Tindices")
                                        .Input("lr: T")
                                        .Input("l1: T")
                                        .Input("l2: T")
                                        .Input("lr_power: T")
                                        .Output("out: Ref(T)")
                                        .Attr("T: numbertype")
                                        .Attr("Tindices: {int32, int64}")
                                        .Attr("use_locking: bool = false")
                                        .Attr("multiply_linear_by_lr: bool = false")
                                        .Doc("The same for the rows named by `indices`."))));
  MR_RETURN_IF_ERROR(
      r.Add(OptimizerOp<Ftrl, true>(Op("ResourceSparseApplyFtrl")
                                        .Input("var: resource")
                                        .Input("accum: resource")
                                        .Input("linear: resource")
                                        .Input("grad: T")
                                        .Input("indices: Tindices")
                                        .Input("lr: T")
                                        .Input("l1: T")
                                        .Input("l2: T")
                                        .Input("lr_power: T")
                                        .Attr("T: numbertype")
                                        .Attr("Tindices: {int32, int64}")
                                        .Attr("use_locking: bool = false")
                                        .Attr("multiply_linear_by_lr: bool = false")
                                        .Stateful()
                                        .Doc("The same for the rows named by `indices`."))));
  MR_RETURN_IF_ERROR(r.Add(
      OptimizerOp<FtrlV2, false>(Op("ApplyFtrlV2")
                                     .Input("var: Ref(T)")
                                     .Input("accum: Ref(T)")
                                     .Input("linear: Ref(T)")
                                     .Input("grad: T")
                                     .Input("lr: T")
                                     .Input("l1: T")
                                     .Input("l2: T")
                                     .Input("l2_shrinkage: T")
                                     .Input("lr_power: T")
                                     .Output("out: Ref(T)")
                                     .Attr("T: numbertype")
                                     .Attr("use_locking: bool = false")
                                     .Attr("multiply_linear_by_lr: bool = false")
                                     .Doc("Ftrl with shrinkage of the weights by l2_shrinkage."))));
  MR_RETURN_IF_ERROR(r.Add(
      OptimizerOp<FtrlV2, false>(Op("ResourceApplyFtrlV2")
                                     .Input("var: resource")
                                     .Input("accum: resource")
                                     .Input("linear: resource")
                                     .Input("grad: T")
                                     .Input("lr: T")
                                     .Input("l1: T")
                                     .Input("l2: T")
                                     .Input("l2_shrinkage: T")
                                     .Input("lr_power: T")
                                     .Attr("T: numbertype")
                                     .Attr("use_locking: bool = false")
                                     .Attr("multiply_linear_by_lr: bool = false")
                                     .Stateful()
                                     .Doc("Ftrl with shrinkage of the weights by l2_shrinkage."))));
  MR_RETURN_IF_ERROR(
      r.Add(OptimizerOp<FtrlV2, true>(Op("SparseApplyFtrlV2")
                                          .Input("var: Ref(T)")
                                          .Input("accum: Ref(T)")
                                          .Input("linear: Ref(T)")
                                          .Input("grad: T")
                                          .Input("indices: Tindices")
                                          .Input("lr: T")
                                          .Input("l1: T")
                                          .Input("l2: T")
                                          .Input("l2_shrinkage: T")
                                          .Input("lr_power: T")
                                          .Output("out: Ref(T)")
                                          .Attr("T: numbertype")
                                          .Attr("Tindices: {int32, int64}")
                                          .Attr("use_locking: bool = false")
                                          .Attr("multiply_linear_by_lr: bool = false")
                                          .Doc("The same for the rows named by `indices`."))));
  return r.Add(OptimizerOp<FtrlV2, true>(Op("ResourceSparseApplyFtrlV2")
                                             .Input("var: resource")
                                             .Input("accum: resource")
                                             .Input("linear: resource")
                                             .Input("grad: T")
                                             .Input("indices: Tindices")
                                             .Input("lr: T")
                                             .Input("l1: T")
                                             .Input("l2: T")
                                             .Input("l2_shrinkage: T")
                                             .Input("lr_power: T")
                                             .Attr("T: numbertype")
                                             .Attr("Tindices: {int32, int64}")
                                             .Attr("use_locking: bool = false")
                                             .Attr("multiply_linear_by_lr: bool = false")
                                             .Stateful()
                                             .Doc("The same for the rows named by `indices`.")));
}

}  // namespace millrace
