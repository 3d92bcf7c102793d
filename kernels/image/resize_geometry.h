// How the pixels of a resized image lie among those of the original.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"

namespace millrace {

// The attributes of a resizing op.
struct ResizeAttrs {
  bool align_corners = false, half_pixel_centers = false;

  absl::Status Read(KernelConstruction& c);
  // Where pixel `to` of the result lies, in pixels of the original. `scale` is Scale()'s.
  float Position(int64_t to, float scale) const {
    return half_pixel_centers ? (static_cast<float>(to) + 0.5f) * scale - 0.5f
                              : static_cast<float>(to) * scale;
  }
  float Scale(int64_t from, int64_t to) const {
    return align_corners && to > 1 ? static_cast<float>(from - 1) / static_cast<float>(to - 1)
                                   : static_cast<float>(from) / static_cast<float>(to);
  }
  // The nearest original pixel.
  int64_t Nearest(int64_t to, float scale, int64_t size) const;
};

// Sizes of one resizing of images [batch, height, width, channels].
struct ResizeGeometry {
  int64_t batch, in_height, in_width, out_height, out_width, channels;
  float scale_y, scale_x;

  // From the images (input 0) and the new size (input 1). INVALID_ARGUMENT for another rank, an
  // empty image, or sizes below 1.
  static absl::StatusOr<ResizeGeometry> Create(KernelContext& c, const ResizeAttrs& attrs);
  // The forward geometry of a gradient: images of shape `original` became those of `resized`.
  static absl::StatusOr<ResizeGeometry> OfGradient(const Shape& original, const Shape& resized,
                                                   const ResizeAttrs& attrs);
  Shape out_shape() const { return Shape({batch, out_height, out_width, channels}); }
  Shape in_shape() const { return Shape({batch, in_height, in_width, channels}); }
  int64_t InAt(int64_t image, int64_t y, int64_t x) const {
    return ((image * in_height + y) * in_width + x) * channels;
  }
  int64_t OutAt(int64_t image, int64_t y, int64_t x) const {
    return ((image * out_height + y) * out_width + x) * channels;
  }
};

// Shape function: images (input 0) resized to input 1.
absl::Status ResizeShape(ShapeContext& c);

}  // namespace millrace
