// LRN, LRNGrad: local response normalisation, y_j = x_j n_j^-beta with n_j = bias + alpha times the
// sum of the squares of the channels at most depth_radius away.
#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/nn/window.h"

namespace millrace {
namespace {

struct LrnAttrs {
  int64_t radius = 5;
  float bias = 1, alpha = 1, beta = 0.5f;

  absl::Status Read(KernelConstruction& c) {
    MR_RETURN_IF_ERROR(c.GetAttr("depth_radius", &radius));
    if (radius < 0 || radius > std::numeric_limits<int32_t>::max()) {
      return absl::InvalidArgumentError(
          absl::StrCat("depth_radius must be in [0, 2^31), but is ", radius));
    }
    MR_RETURN_IF_ERROR(c.GetAttr("bias", &bias));
    MR_RETURN_IF_ERROR(c.GetAttr("alpha", &alpha));
    return c.GetAttr("beta", &beta);
  }
  // Channels [begin, end) are near channel j.
  int64_t Begin(int64_t j) const { return std::max<int64_t>(0, j - radius); }
  int64_t End(int64_t j, int64_t channels) const {
    return radius >= channels ? channels : std::min(channels, j + radius + 1);
  }
  template <typename T>
  float Norm(const T* x, int64_t j, int64_t channels) const {
    float sum = 0;
    for (int64_t k = Begin(j); k < End(j, channels); ++k) {
      const float v = static_cast<float>(x[k]);
      sum += v * v;
    }
    return bias + alpha * sum;
  }
};

absl::Status CheckImages(const Tensor& images) {
  if (images.rank() == 4) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("in must be 4-dimensional, not ", images.shape().ToString()));
}

template <typename T>
class LrnKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return attrs_.Read(c); }
  absl::Status Compute(KernelContext& c) override {
    const Tensor& in = c.input(0);
    MR_RETURN_IF_ERROR(CheckImages(in));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, in.shape(), &out));
    const int64_t channels = in.dim(3);
    if (in.num_elements() == 0) return absl::OkStatus();
    c.pool()->ParallelFor(in.num_elements() / channels, 64, [&](int64_t begin, int64_t end) {
      for (int64_t pixel = begin; pixel < end; ++pixel) {
        const T* x = in.data<T>() + pixel * channels;
        T* y = out->mutable_data<T>() + pixel * channels;
        for (int64_t j = 0; j < channels; ++j) {
          y[j] = static_cast<T>(static_cast<float>(x[j]) *
                                std::pow(attrs_.Norm(x, j, channels), -attrs_.beta));
        }
      }
    });
    return absl::OkStatus();
  }

 private:
  LrnAttrs attrs_;
};

// Through n_j each near channel k has the gradient -2 alpha beta x_k y_j / n_j dy_j.
template <typename T>
class LrnGradKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return attrs_.Read(c); }
  absl::Status Compute(KernelContext& c) override {
    const Tensor &dy = c.input(0), &x = c.input(1), &y = c.input(2);
    MR_RETURN_IF_ERROR(CheckImages(x));
    if (dy.shape() != x.shape() || y.shape() != x.shape()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "input_grads, input_image and output_image should have the same shape, not ",
          dy.shape().ToString(), ", ", x.shape().ToString(), " and ", y.shape().ToString()));
    }
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, x.shape(), &out));
    const int64_t channels = x.dim(3);
    if (x.num_elements() == 0) return absl::OkStatus();
    c.pool()->ParallelFor(x.num_elements() / channels, 64, [&](int64_t begin, int64_t end) {
      std::vector<float> dx(channels);
      for (int64_t pixel = begin; pixel < end; ++pixel) {
        const int64_t at = pixel * channels;
        Pixel(dy.data<T>() + at, x.data<T>() + at, y.data<T>() + at, channels, dx.data());
        for (int64_t j = 0; j < channels; ++j)
          out->mutable_data<T>()[at + j] = static_cast<T>(dx[j]);
      }
    });
    return absl::OkStatus();
  }

 private:
  void Pixel(const T* dy, const T* x, const T* y, int64_t channels, float* dx) const {
    std::fill_n(dx, channels, 0.0f);
    for (int64_t j = 0; j < channels; ++j) {
      const float norm = attrs_.Norm(x, j, channels), d = static_cast<float>(dy[j]);
      const float shared = -2 * attrs_.alpha * attrs_.beta * static_cast<float>(y[j]) / norm * d;
      for (int64_t k = attrs_.Begin(j); k < attrs_.End(j, channels); ++k)
        dx[k] += shared * static_cast<float>(x[k]);
      dx[j] += d * std::pow(norm, -attrs_.beta);
    }
  }

  LrnAttrs attrs_;
};

absl::Status LrnShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(PartialShape s, c.WithRank(0, 4));
  c.set_output(0, std::move(s));
  return absl::OkStatus();
}

absl::StatusOr<Gradients> LrnGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Op1("LRNGrad", {dy[0], op.input(0), op.output(0)},
                         CopyAttrs(op, {"depth_radius", "bias", "alpha", "beta"}))};
}

}  // namespace

absl::Status RegisterLrn(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("LRN")
                .Input("input: T")
                .Output("output: T")
                .Attr("depth_radius: int = 5")
                .Attr("bias: float = 1.0")
                .Attr("alpha: float = 1.0")
                .Attr("beta: float = 0.5")
                .Attr("T: {half, bfloat16, float} = DT_FLOAT")
                .Doc("Each channel divided by (bias + alpha sum of squares of the channels at most "
                     "depth_radius away)^beta.")
                .Shape(LrnShape)
                .Gradient(LrnGradient)
                .Cpu<LrnKernel, half, bfloat16, float>()));
  return r.Add(Op("LRNGrad")
                   .Input("input_grads: T")
                   .Input("input_image: T")
                   .Input("output_image: T")
                   .Output("output: T")
                   .Attr("depth_radius: int = 5")
                   .Attr("bias: float = 1.0")
                   .Attr("alpha: float = 1.0")
                   .Attr("beta: float = 0.5")
                   .Attr("T: {half, bfloat16, float} = DT_FLOAT")
                   .Doc("The gradient of LRN.")
                   .Shape(LrnShape)
                   .Cpu<LrnGradKernel, half, bfloat16, float>());
}

}  // namespace millrace
