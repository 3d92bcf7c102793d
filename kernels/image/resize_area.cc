// ResizeArea.
#include <algorithm>
#include <cmath>

#include "core/base/status.h"
#include "core/graph/registry.h"
#include "core/runtime/kernel.h"
#include "kernels/image/resize_kernels.h"

namespace millrace {
namespace {

// The original pixels that an interval covers, and by how much.
struct Cover {
  int64_t begin;
  std::vector<float> weight;

  Cover(int64_t to, float scale) {
    const float from = static_cast<float>(to) * scale, until = static_cast<float>(to + 1) * scale;
    begin = static_cast<int64_t>(std::floor(from));
    for (int64_t i = begin; i < static_cast<int64_t>(std::ceil(until)); ++i) {
      const float left = static_cast<float>(i), right = static_cast<float>(i + 1);
      weight.push_back(left < from ? (right > until ? scale : right - from)
                                   : (right > until ? until - left : 1.0f));
    }
  }
  int64_t At(size_t i, int64_t size) const {
    return std::clamp<int64_t>(begin + static_cast<int64_t>(i), 0, size - 1);
  }
};

// Each pixel is the mean of the area of the original that it covers.
class ResizeAreaKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return attrs_.Read(c); }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const FloatResize r, FloatResize::Begin(c, attrs_));
    const ResizeGeometry& g = r.geometry;
    const float area = g.scale_y * g.scale_x;
    for (int64_t row = 0; row < g.batch * g.out_height; ++row) {
      const int64_t image = row / g.out_height, y = row % g.out_height;
      const Cover v(y, g.scale_y);
      for (int64_t x = 0; x < g.out_width; ++x) {
        const Cover h(x, g.scale_x);
        for (int64_t k = 0; k < g.channels; ++k) {
          double sum = 0;
          for (size_t i = 0; i < v.weight.size(); ++i) {
            for (size_t j = 0; j < h.weight.size(); ++j) {
              sum += v.weight[i] * h.weight[j] *
                     r.in[g.InAt(image, v.At(i, g.in_height), h.At(j, g.in_width)) + k];
            }
          }
          r.out[g.OutAt(image, y, x) + k] = static_cast<float>(sum / area);
        }
      }
    }
    return absl::OkStatus();
  }

 private:
  ResizeAttrs attrs_;
};

}  // namespace

absl::Status RegisterResizeArea(Registry& r) {
  return r.Add(
      Op("ResizeArea")
          .Input("images: T")
          .Input("size: int32")
          .Output("resized_images: float")
          .Attr("T: {int8, uint8, int16, uint16, int32, int64, half, float, double, bfloat16}")
          .Attr("align_corners: bool = false")
          .Doc("Images [batch, height, width, channels] resized to `size`, (height, width): each "
               "pixel is "
               "the mean of the area it covers.")
          .Shape(ResizeShape)
          .Cpu<ResizeAreaKernel>());
}

}  // namespace millrace
