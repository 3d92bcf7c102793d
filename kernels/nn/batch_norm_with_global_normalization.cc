// BatchNormWithGlobalNormalization: normalisation by given moments, as in graphs of before 2016.
#include <cmath>
#include <type_traits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"

namespace millrace {
namespace {

// (t, m, v, beta, gamma): (t - m) / sqrt(v + epsilon) * gamma + beta, by channels, the last
// dimension; gamma counts with scale_after_normalization only.
template <typename T>
class GlobalBatchNormKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("variance_epsilon", &epsilon_));
    return c.GetAttr("scale_after_normalization", &scales_);
  }
  absl::Status Compute(KernelContext& c) override {
    using A = std::conditional_t<std::is_same_v<T, double>, double, float>;
    const Tensor& t = c.input(0);
    if (t.rank() != 4) {
      return absl::InvalidArgumentError(
          absl::StrCat("input must be 4-dimensional, not ", t.shape().ToString()));
    }
    const int64_t channels = t.dim(3);
    for (int i = 1; i < 5; ++i) {
      if (c.input(i).shape() == Shape({channels})) continue;
      return absl::InvalidArgumentError(absl::StrCat("moments, beta and gamma must have ", channels,
                                                     " elements, not the shape ",
                                                     c.input(i).shape().ToString()));
    }
    std::vector<A> scale(static_cast<size_t>(channels));
    for (int64_t k = 0; k < channels; ++k) {
      scale[k] = A(1) / std::sqrt(A(c.input(2).data<T>()[k]) + A(epsilon_));
      if (scales_) scale[k] *= A(c.input(4).data<T>()[k]);
    }
    const T *x = t.data<T>(), *mean = c.input(1).data<T>(), *beta = c.input(3).data<T>();
    Tensor* out;
    MR_RETURN_IF_ERROR(c.forward_or_allocate_output({0}, 0, t.shape(), &out));
    T* y = out->mutable_data<T>();
    const int64_t pixels = channels == 0 ? 0 : t.num_elements() / channels;
    c.pool()->ParallelFor(pixels, 4096, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        for (int64_t k = 0; k < channels; ++k) {
          const int64_t at = i * channels + k;
          y[at] = T((A(x[at]) - A(mean[k])) * scale[k] + A(beta[k]));
        }
      }
    });
    return absl::OkStatus();
  }

 private:
  float epsilon_ = 0;
  bool scales_ = false;
};

absl::Status GlobalBatchNormShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(PartialShape t, c.WithRank(0, 4));
  int64_t channels = t.dim(3);
  for (int i = 1; i < 5; ++i) {
    MR_ASSIGN_OR_RETURN(const PartialShape one, c.WithRank(i, 1));
    const auto merged = ShapeContext::MergeDim(channels, one.dim(0));
    if (!merged.ok()) return c.Error(i, merged.status().message());
    channels = *merged;
  }
  t.SetDim(3, channels);
  c.set_output(0, std::move(t));
  return absl::OkStatus();
}

absl::StatusOr<Gradients> GlobalBatchNormGradient(Builder& b, const OpView& op,
                                                  const Gradients& dy) {
  const Output t = op.input(0), m = op.input(1), v = op.input(2), gamma = op.input(4);
  const bool scales = op.attr<bool>("scale_after_normalization");
  const Output variance = b.Add(v, b.ScalarLike(v, op.attr<float>("variance_epsilon")));
  const Output scale = b.Pow(variance, b.ScalarLike(v, -0.5));
  const Output by_scaled = scales ? b.Mul(dy[0], gamma) : Output(dy[0]);
  const Output dt = b.Mul(by_scaled, scale), centred = b.Sub(t, m);
  const auto by_channel = [&](Output x) { return b.Sum(x, {0, 1, 2}); };
  const Output slope = b.Mul(b.ScalarLike(v, -0.5), b.Pow(variance, b.ScalarLike(v, -1.5)));
  return Gradients{dt, b.Neg(by_channel(dt)), b.Mul(by_channel(b.Mul(by_scaled, centred)), slope),
                   by_channel(dy[0]),
                   scales ? b.Mul(by_channel(b.Mul(dy[0], centred)), scale) : b.ZerosLike(gamma)};
}

}  // namespace

absl::Status RegisterBatchNormWithGlobalNormalization(Registry& r) {
  return r.Add(Op("BatchNormWithGlobalNormalization")
                   .Input("t: T")
                   .Input("m: T")
                   .Input("v: T")
                   .Input("beta: T")
                   .Input("gamma: T")
                   .Output("result: T")
                   .Attr("T: numbertype")
                   .Attr("variance_epsilon: float")
                   .Attr("scale_after_normalization: bool")
                   .Doc("(t - m) / sqrt(v + variance_epsilon) * gamma + beta, by channels; gamma "
                        "counts only with scale_after_normalization.")
                   .Shape(GlobalBatchNormShape)
                   .Gradient(GlobalBatchNormGradient)
                   .Cpu<GlobalBatchNormKernel, half, float, double>());
}

}  // namespace millrace
