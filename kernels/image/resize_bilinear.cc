// ResizeBilinear, ResizeBilinearGrad.
#include <algorithm>
#include <cmath>

#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/runtime/kernel.h"
#include "kernels/image/resize_kernels.h"

namespace millrace {
namespace {

// The two original pixels around a position, and the weight of the second.
struct Between {
  int64_t low, high;
  float weight;

  Between(float at, int64_t size)
      : low(std::max<int64_t>(0, static_cast<int64_t>(std::floor(at)))),
        high(std::min<int64_t>(size - 1, static_cast<int64_t>(std::ceil(at)))),
        weight(at - std::floor(at)) {
    low = std::min(low, size - 1);
    high = std::max<int64_t>(0, high);
  }
};

class ResizeBilinearKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return attrs_.Read(c); }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const FloatResize r, FloatResize::Begin(c, attrs_));
    const ResizeGeometry& g = r.geometry;
    c.pool()->ParallelFor(g.batch * g.out_height, 4, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) Row(g, r.in.data(), row, r.out);
    });
    return absl::OkStatus();
  }

 private:
  void Row(const ResizeGeometry& g, const float* in, int64_t row, float* out) const {
    const int64_t image = row / g.out_height, y = row % g.out_height;
    const Between v(attrs_.Position(y, g.scale_y), g.in_height);
    for (int64_t x = 0; x < g.out_width; ++x) {
      const Between h(attrs_.Position(x, g.scale_x), g.in_width);
      const float *a = in + g.InAt(image, v.low, h.low), *b = in + g.InAt(image, v.low, h.high),
                  *d = in + g.InAt(image, v.high, h.low), *e = in + g.InAt(image, v.high, h.high);
      float* to = out + g.OutAt(image, y, x);
      for (int64_t k = 0; k < g.channels; ++k) {
        const float top = a[k] + (b[k] - a[k]) * h.weight;
        const float bottom = d[k] + (e[k] - d[k]) * h.weight;
        to[k] = top + (bottom - top) * v.weight;
      }
    }
  }

  ResizeAttrs attrs_;
};

class ResizeBilinearGradKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return attrs_.Read(c); }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(ResizeBackward r, ResizeBackward::Begin(c, attrs_));
    const ResizeGeometry& g = r.geometry;
    for (int64_t row = 0; row < g.batch * g.out_height; ++row) {
      const int64_t image = row / g.out_height, y = row % g.out_height;
      const Between v(attrs_.Position(y, g.scale_y), g.in_height);
      for (int64_t x = 0; x < g.out_width; ++x) {
        const Between h(attrs_.Position(x, g.scale_x), g.in_width);
        const float* d = r.dy + g.OutAt(image, y, x);
        for (int64_t k = 0; k < g.channels; ++k) {
          r.sums[g.InAt(image, v.low, h.low) + k] += d[k] * (1 - v.weight) * (1 - h.weight);
          r.sums[g.InAt(image, v.low, h.high) + k] += d[k] * (1 - v.weight) * h.weight;
          r.sums[g.InAt(image, v.high, h.low) + k] += d[k] * v.weight * (1 - h.weight);
          r.sums[g.InAt(image, v.high, h.high) + k] += d[k] * v.weight * h.weight;
        }
      }
    }
    return r.Store(c);
  }

 private:
  ResizeAttrs attrs_;
};

absl::StatusOr<Gradients> ResizeBilinearGradient(Builder& b, const OpView& op,
                                                 const Gradients& dy) {
  const DType type = b.dtype(op.input(0));
  const bool known = type == DType::kFloat || type == DType::kHalf || type == DType::kBFloat16 ||
                     type == DType::kDouble;
  if (!known) return Gradients(2);
  return Gradients{b.Op1("ResizeBilinearGrad", {dy[0], op.input(0)}, ResizeGradAttrs(op)),
                   Gradient()};
}

}  // namespace

absl::Status RegisterResizeBilinear(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("ResizeBilinear")
                               .Input("images: T")
                               .Input("size: int32")
                               .Output("resized_images: float")
                               .Attr("T: {int8, uint8, int16, uint16, int32, int64, bfloat16, "
                                     "half, float, double, bfloat16}")
                               .Attr("align_corners: bool = false")
                               .Attr("half_pixel_centers: bool = false")
                               .Doc("Images [batch, height, width, channels] resized to `size`, "
                                    "(height, width), by bilinear "
                                    "interpolation.")
                               .Shape(ResizeShape)
                               .Gradient(ResizeBilinearGradient)
                               .Cpu<ResizeBilinearKernel>()));
  return r.Add(Op("ResizeBilinearGrad")
                   .Input("grads: float")
                   .Input("original_image: T")
                   .Output("output: T")
                   .Attr("T: {float, bfloat16, half, double}")
                   .Attr("align_corners: bool = false")
                   .Attr("half_pixel_centers: bool = false")
                   .Doc("The gradient of ResizeBilinear by the original images.")
                   .Shape(LikeOriginalImages)
                   .NotDifferentiable()
                   .Cpu<ResizeBilinearGradKernel>());
}

}  // namespace millrace
