// ApplyAdagradDA: Adagrad by dual averaging, with shrinkage by l1 and l2.
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
struct AdagradDA {
  static constexpr int kSlots = 3, kGrad = 3;
  AdagradDA(const OptimizerScalars& s, const OptimizerFlags& f)
      : lr(A(s[0])), l1(A(s[1])), l2(A(s[2])), step(A(s[3])) {}
  void operator()(A g, A& var, A& sum, A& squares) const {
    sum += g;
    squares += g * g;
    const A shrunk = l1 > A(0) ? Sign(sum) * std::max(std::abs(sum) - l1 * step, A(0)) : sum;
    var = -lr * shrunk / (l2 * step * lr + std::sqrt(squares));
  }
  const A lr;
  const A l1;
  const A l2;
  const A step;
};

}  // namespace

absl::Status RegisterAdagradDa(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(OptimizerOp<AdagradDA, false>(
      Op("ApplyAdagradDA")
          .Input("var: Ref(T)")
          .Input("gradient_accumulator: Ref(T)")
          .Input("gradient_squared_accumulator: Ref(T)")
          .Input("grad: T")
          .Input("lr: T")
          .Input("l1: T")
          .Input("l2: T")
          .Input("global_step: int64")
          .Output("out: Ref(T)")
          .Attr("T: numbertype")
          .Attr("use_locking: bool = false")
          .Doc("The minimiser of the averaged gradients under an adaptive norm."))));
  MR_RETURN_IF_ERROR(r.Add(OptimizerOp<AdagradDA, false>(
      Op("ResourceApplyAdagradDA")
          .Input("var: resource")
          .Input("gradient_accumulator: resource")
          .Input("gradient_squared_accumulator: resource")
          .Input("grad: T")
          .Input("lr: T")
          .Input("l1: T")
          .Input("l2: T")
          .Input("global_step: int64")
          .Attr("T: numbertype")
          .Attr("use_locking: bool = false")
          .Stateful()
          .Doc("The minimiser of the averaged gradients under an adaptive norm."))));
  MR_RETURN_IF_ERROR(
      r.Add(OptimizerOp<AdagradDA, true>(Op("SparseApplyAdagradDA")
                                             .Input("var: Ref(T)")
                                             .Input("gradient_accumulator: Ref(T)")
                                             .Input("gradient_squared_accumulator: Ref(T)")
                                             .Input("grad: T")
                                             .Input("indices: Tindices")
                                             .Input("lr: T")
                                             .Input("l1: T")
                                             .Input("l2: T")
                                             .Input("global_step: int64")
                                             .Output("out: Ref(T)")
                                             .Attr("T: numbertype")
                                             .Attr("Tindices: {int32, int64}")
                                             .Attr("use_locking: bool = false")
                                             .Doc("The same for the rows named by `indices`."))));
  return r.Add(OptimizerOp<AdagradDA, true>(Op("ResourceSparseApplyAdagradDA")
                                                .Input("var: resource")
                                                .Input("gradient_accumulator: resource")
                                                .Input("gradient_squared_accumulator: resource")
                                                .Input("grad: T")
                                                .Input("indices: Tindices")
                                                .Input("lr: T")
                                                .Input("l1: T")
                                                .Input("l2: T")
                                                .Input("global_step: int64")
                                                .Attr("T: numbertype")
                                                .Attr("Tindices: {int32, int64}")
                                                .Attr("use_locking: bool = false")
                                                .Stateful()
                                                .Doc("The same for the rows named by `indices`.")));
}

}  // namespace millrace
