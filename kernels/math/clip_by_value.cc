// ClipByValue, Bucketize.
#include <algorithm>
#include <complex>
#include <vector>

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

// NaN stays NaN.
template <typename T>
T Clip(T x, T low, T high) {
  const T below = high < x ? high : x;
  return below < low ? low : below;
}
template <typename R>
std::complex<R> Clip(std::complex<R> x, std::complex<R> low, std::complex<R> high) {
  return {Clip(x.real(), low.real(), high.real()), Clip(x.imag(), low.imag(), high.imag())};
}

// Bounds are scalars or of t's shape.
template <typename T>
class ClipKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Shape shape = c.input(0).shape();
    int64_t steps[2];
    for (int i = 1; i < 3; ++i) {
      const Tensor& bound = c.input(i);
      if (bound.num_elements() != 1 && bound.shape() != shape) {
        return absl::InvalidArgumentError(
            absl::StrCat("clip_value_min and clip_value_max must be either of the same shape "
                         "as input, or a scalar. input shape: ",
                         shape.ToString(), ", bound: ", bound.shape().ToString()));
      }
      steps[i - 1] = bound.num_elements() == 1 ? 0 : 1;
    }
    const T* x = c.input(0).data<T>();
    const T* least = c.input(1).data<T>();
    const T* most = c.input(2).data<T>();
    Tensor* out;
    MR_RETURN_IF_ERROR(c.forward_or_allocate_output({0}, 0, shape, &out));
    T* y = out->mutable_data<T>();
    c.pool()->ParallelFor(shape.num_elements(), 32768, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i)
        y[i] = Clip(x[i], least[i * steps[0]], most[i * steps[1]]);
    });
    return absl::OkStatus();
  }
};

// The number of boundaries not above x.
template <typename T>
class BucketizeKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("boundaries", &boundaries_));
    if (!std::is_sorted(boundaries_.begin(), boundaries_.end())) {
      return absl::InvalidArgumentError("Expected sorted boundaries");
    }
    return absl::OkStatus();
  }

  absl::Status Compute(KernelContext& c) override {
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, c.input(0).shape(), &out));
    const T* x = c.input(0).data<T>();
    int32_t* y = out->mutable_data<int32_t>();
    for (int64_t i = 0; i < out->num_elements(); ++i) {
      y[i] = static_cast<int32_t>(std::upper_bound(boundaries_.begin(), boundaries_.end(), x[i]) -
                                  boundaries_.begin());
    }
    return absl::OkStatus();
  }

 private:
  std::vector<float> boundaries_;
};

// To x where it was inside, else to the bound that took its place.
absl::StatusOr<Gradients> ClipGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output x = op.input(0), low = op.input(1), high = op.input(2), zero = b.ScalarLike(x, 0);
  const Output below = b.Less(x, low), above = b.Greater(x, high);
  const Output dx = b.Where(b.Op1("LogicalOr", {below, above}), zero, dy[0]);
  const Output dlow = b.Where(below, dy[0], zero), dhigh = b.Where(above, dy[0], zero);
  return Gradients{dx, b.UnbroadcastGradients(low, dlow, x, dlow).first,
                   b.UnbroadcastGradients(high, dhigh, x, dhigh).first};
}

}  // namespace

absl::Status RegisterClipByValue(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("ClipByValue")
                .Input("t: T")
                .Input("clip_value_min: T")
                .Input("clip_value_max: T")
                .Output("output: T")
                .Attr("T: numbertype")
                .Doc("min(max(t, clip_value_min), clip_value_max), elementwise; the "
                     "bounds are scalars or of t's shape. Complex numbers by their parts.")
                .Shape(SameAsInput0)
                .Gradient(ClipGradient)
                .Cpu<ClipKernel, half, bfloat16, float, double, int8_t, int16_t, int32_t, int64_t,
                     uint8_t, uint16_t, complex64, complex128>()));
  return r.Add(
      Op("Bucketize")
          .Input("input: T")
          .Output("output: int32")
          .Attr("T: {int32, int64, float, double}")
          .Attr("boundaries: list(float)")
          .Doc("The bucket of each element: how many of the sorted boundaries are not above it.")
          .Shape(SameAsInput0)
          .NotDifferentiable()
          .Cpu<BucketizeKernel, int32_t, int64_t, float, double>());
}

}  // namespace millrace
