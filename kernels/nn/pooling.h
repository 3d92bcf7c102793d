// What the pooling ops share. NCHW images are pooled as batch * channels images of one channel.
#pragma once

#include <algorithm>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "core/tensor/shape.h"
#include "core/tensor/tensor.h"
#include "kernels/nn/window.h"

namespace millrace {

// The attributes of a pooling node. In the V2 ops the window and its strides are inputs instead:
// `first` is the index of ksize, strides come after it (first < 0: there are none).
class PoolAttrs {
 public:
  absl::Status Init(KernelConstruction& c, int first);
  // The geometry for images of that shape; the window is taken from the inputs where it is one.
  absl::StatusOr<WindowGeometry> Geometry(const KernelContext& c, const Shape& images) const;
  // The shape of the pooled images.
  absl::StatusOr<Shape> PooledShape(const WindowGeometry& g, const Shape& images) const;

 private:
  WindowAttrs attrs_;
  int first_ = -1;
};

// Shape function of a pooling: output 0 (and 1, if there is one) from input 0 and the attributes,
// or input `first`.
absl::Status PoolShape(ShapeContext& c);
absl::Status PoolV2Shape(ShapeContext& c);

// Calls fn(output pixel, input pixel) for each position of the window inside the image, for one row
// of output pixels (batch and height together), output pixel by output pixel.
template <typename F>
void ForEachPoolPosition(const WindowGeometry& g, int64_t row, F fn) {
  const int64_t image = row / g.out_height * g.in_height, oy = row % g.out_height;
  const int64_t y0 = oy * g.stride_y - g.pad_y;
  const int64_t y1 = std::min(g.in_height, y0 + g.height);
  for (int64_t ox = 0; ox < g.out_width; ++ox) {
    const int64_t x0 = ox * g.stride_x - g.pad_x, x1 = std::min(g.in_width, x0 + g.width);
    for (int64_t y = std::max<int64_t>(0, y0); y < y1; ++y) {
      for (int64_t x = std::max<int64_t>(0, x0); x < x1; ++x) {
        fn(row * g.out_width + ox, (image + y) * g.in_width + x);
      }
    }
  }
}

}  // namespace millrace
