// L2Loss: sum(t^2) / 2.
#include "absl/container/inlined_vector.h"
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/reduce.h"
#include "kernels/math/sum_reducer.h"

namespace millrace {
namespace {

struct HalfSquares : SumReducer {
  template <typename A>
  static A Map(A x) {
    return x * x;
  }
  template <typename A>
  static A Finish(A x, int64_t count) {
    return x / A(2);
  }
};

template <typename T>
class L2LossKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, Shape(), &out));
    const absl::InlinedVector<bool, 8> all(c.input(0).rank(), true);
    return Reduce(c, reduce_internal::LoopsFor<HalfSquares, T>(), c.input(0), all,
                  out->mutable_raw_data());
  }
};

absl::StatusOr<Gradients> L2LossGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Mul(op.input(0), dy[0])};
}

}  // namespace

absl::Status RegisterL2Loss(Registry& r) {
  return r.Add(Op("L2Loss")
                   .Input("t: T")
                   .Output("output: T")
                   .Attr("T: {half, bfloat16, float, double}")
                   .Doc("Half the sum of the squares of all elements.")
                   .Shape(ScalarOutputs)
                   .Gradient(L2LossGradient)
                   .Cpu<L2LossKernel, half, bfloat16, float, double>());
}

}  // namespace millrace
