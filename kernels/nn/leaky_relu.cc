// LeakyRelu and the op that computes its gradient.
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/types.h"

namespace millrace {
namespace {

constexpr int64_t kGrain = 32768;

template <typename T>
class LeakyReluKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("alpha", &alpha_); }

  absl::Status Compute(KernelContext& c) override {
    const Shape& shape = c.input(0).shape();
    const T* x = c.input(0).data<T>();
    Tensor* out;
    MR_RETURN_IF_ERROR(c.forward_or_allocate_output({0}, 0, shape, &out));
    T* y = out->mutable_data<T>();
    const A alpha = static_cast<A>(alpha_);
    c.pool()->ParallelFor(out->num_elements(), kGrain, [&](int64_t begin, int64_t end) {
#pragma GCC ivdep
      for (int64_t i = begin; i < end; ++i) {
        const A v = static_cast<A>(x[i]);
        y[i] = static_cast<T>(v > A(0) ? v : alpha * v);
      }
    });
    return absl::OkStatus();
  }

 private:
  using A = ArithmeticType<T>;
  float alpha_ = 0;
};

template <typename T>
class LeakyReluGradKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("alpha", &alpha_); }

  absl::Status Compute(KernelContext& c) override {
    if (c.input(0).shape() != c.input(1).shape()) {
      return absl::InvalidArgumentError(
          absl::StrCat("gradients and features must be of one shape, not ",
                       c.input(0).shape().ToString(), " and ", c.input(1).shape().ToString()));
    }
    const T* gradient = c.input(0).data<T>();
    const T* feature = c.input(1).data<T>();
    Tensor* out;
    MR_RETURN_IF_ERROR(c.forward_or_allocate_output({0, 1}, 0, c.input(0).shape(), &out));
    T* y = out->mutable_data<T>();
    const A alpha = static_cast<A>(alpha_);
    c.pool()->ParallelFor(out->num_elements(), kGrain, [&](int64_t begin, int64_t end) {
#pragma GCC ivdep
      for (int64_t i = begin; i < end; ++i) {
        const A g = static_cast<A>(gradient[i]);
        y[i] = static_cast<T>(static_cast<A>(feature[i]) > A(0) ? g : alpha * g);
      }
    });
    return absl::OkStatus();
  }

 private:
  using A = ArithmeticType<T>;
  float alpha_ = 0;
};

AttrMap Alpha(const OpView& op) { return {{"alpha", op.attr<float>("alpha")}}; }

absl::StatusOr<Gradients> LeakyReluGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Op1("LeakyReluGrad", {dy[0], op.input(0)}, Alpha(op))};
}

absl::StatusOr<Gradients> LeakyReluGradGradient(Builder& b, const OpView& op, const Gradients& dz) {
  return Gradients{b.Op1("LeakyReluGrad", {dz[0], op.input(1)}, Alpha(op)),
                   b.ZerosLike(op.input(1))};
}

}  // namespace

absl::Status RegisterLeakyRelu(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("LeakyRelu")
                               .Input("features: T")
                               .Output("activations: T")
                               .Attr("alpha: float = 0.200000003")
                               .Attr("T: {half, bfloat16, float, double} = DT_FLOAT")
                               .Doc("x where x > 0, else alpha * x.")
                               .Shape(SameAsInput0)
                               .Gradient(LeakyReluGradient)
                               .Cpu<LeakyReluKernel, half, bfloat16, float, double>()));
  return r.Add(
      Op("LeakyReluGrad")
          .Input("gradients: T")
          .Input("features: T")
          .Output("backprops: T")
          .Attr("alpha: float = 0.200000003")
          .Attr("T: {half, bfloat16, float, double} = DT_FLOAT")
          .Doc("The gradient of LeakyRelu: gradients where features > 0, else alpha * gradients.")
          .Shape(MergeInputs)
          .Gradient(LeakyReluGradGradient)
          .Cpu<LeakyReluGradKernel, half, bfloat16, float, double>());
}

}  // namespace millrace
