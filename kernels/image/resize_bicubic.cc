// ResizeBicubic, ResizeBicubicGrad: cubic convolution over 4 x 4 pixels, with the weights rounded
// to 1024 positions between two pixels, as TensorFlow has them.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/runtime/kernel.h"
#include "kernels/image/resize_kernels.h"

namespace millrace {
namespace {

// The kernel of cubic convolution at distance d (Keys, 1981), with parameter a.
float CubicWeight(float a, float d) {
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
}

// Four pixels and their weights.
struct Taps {
  std::array<int64_t, 4> at;
  std::array<float, 4> weight;

  Taps(const ResizeAttrs& attrs, int64_t to, float scale, int64_t size) {
    const float position = attrs.Position(to, scale);
    const int64_t first = static_cast<int64_t>(std::floor(position));
    const float part =
        static_cast<float>(std::lrint((position - static_cast<float>(first)) * 1024)) / 1024;
    const float a = attrs.half_pixel_centers ? -0.5f : -0.75f;
    weight = {CubicWeight(a, 1 + part), CubicWeight(a, part), CubicWeight(a, 1 - part),
              CubicWeight(a, 2 - part)};
    float sum = 0;
    for (int k = 0; k < 4; ++k) {
      const int64_t pixel = first - 1 + k;
      at[k] = std::clamp<int64_t>(pixel, 0, size - 1);
      // Pixels outside the image have no weight; without half_pixel_centers those at its border
      // stand for them.
      if (attrs.half_pixel_centers && at[k] != pixel) weight[k] = 0;
      sum += weight[k];
    }
    if (attrs.half_pixel_centers && std::abs(sum) >= 1000 * std::numeric_limits<float>::min()) {
      for (float& w : weight) w /= sum;
    }
  }
};

class ResizeBicubicKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return attrs_.Read(c); }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const FloatResize r, FloatResize::Begin(c, attrs_));
    const ResizeGeometry& g = r.geometry;
    c.pool()->ParallelFor(g.batch * g.out_height, 2, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) Row(g, r.in.data(), row, r.out);
    });
    return absl::OkStatus();
  }

 private:
  void Row(const ResizeGeometry& g, const float* in, int64_t row, float* out) const {
    const int64_t image = row / g.out_height, y = row % g.out_height;
    const Taps v(attrs_, y, g.scale_y, g.in_height);
    for (int64_t x = 0; x < g.out_width; ++x) {
      const Taps h(attrs_, x, g.scale_x, g.in_width);
      for (int64_t k = 0; k < g.channels; ++k) {
        float sum = 0;
        for (int j = 0; j < 4; ++j) {
          float column = 0;
          for (int i = 0; i < 4; ++i)
            column += v.weight[i] * in[g.InAt(image, v.at[i], h.at[j]) + k];
          sum += h.weight[j] * column;
        }
        out[g.OutAt(image, y, x) + k] = sum;
      }
    }
  }

  ResizeAttrs attrs_;
};

class ResizeBicubicGradKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return attrs_.Read(c); }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(ResizeBackward r, ResizeBackward::Begin(c, attrs_));
    const ResizeGeometry& g = r.geometry;
    for (int64_t row = 0; row < g.batch * g.out_height; ++row) {
      const int64_t image = row / g.out_height, y = row % g.out_height;
      const Taps v(attrs_, y, g.scale_y, g.in_height);
      for (int64_t x = 0; x < g.out_width; ++x) {
        const Taps h(attrs_, x, g.scale_x, g.in_width);
        for (int i = 0; i < 4; ++i) {
          for (int j = 0; j < 4; ++j) {
            for (int64_t k = 0; k < g.channels; ++k) {
              r.sums[g.InAt(image, v.at[i], h.at[j]) + k] +=
                  r.dy[g.OutAt(image, y, x) + k] * v.weight[i] * h.weight[j];
            }
          }
        }
      }
    }
    return r.Store(c);
  }

 private:
  ResizeAttrs attrs_;
};

// For the types that the gradient op takes.
absl::StatusOr<Gradients> ResizeBicubicGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const DType type = b.dtype(op.input(0));
  if (type != DType::kFloat && type != DType::kDouble) return Gradients(2);
  return Gradients{b.Op1("ResizeBicubicGrad", {dy[0], op.input(0)}, ResizeGradAttrs(op)),
                   Gradient()};
}

absl::StatusOr<Gradients> ResizeBicubicGradGradient(Builder& b, const OpView& op,
                                                    const Gradients& dy) {
  return TransposedResize(b, op, "ResizeBicubic", dy[0]);
}

}  // namespace

absl::Status RegisterResizeBicubic(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(
      Op("ResizeBicubic")
          .Input("images: T")
          .Input("size: int32")
          .Output("resized_images: float")
          .Attr("T: {int8, uint8, int16, uint16, int32, int64, half, float, double, bfloat16}")
          .Attr("align_corners: bool = false")
          .Attr("half_pixel_centers: bool = false")
          .Doc("Images [batch, height, width, channels] resized to `size`, (height, width), by "
               "cubic "
               "convolution.")
          .Shape(ResizeShape)
          .Gradient(ResizeBicubicGradient)
          .Cpu<ResizeBicubicKernel>()));
  return r.Add(Op("ResizeBicubicGrad")
                   .Input("grads: float")
                   .Input("original_image: T")
                   .Output("output: T")
                   .Attr("T: {float, double}")
                   .Attr("align_corners: bool = false")
                   .Attr("half_pixel_centers: bool = false")
                   .Doc("The gradient of ResizeBicubic by the original images.")
                   .Shape(LikeOriginalImages)
                   .Gradient(ResizeBicubicGradGradient)
                   .Cpu<ResizeBicubicGradKernel>());
}

}  // namespace millrace
