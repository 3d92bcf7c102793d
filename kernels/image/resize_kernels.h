// What the kernels of resizing ops, and their gradients, have in common.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/graph/gradient.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/image/resize_geometry.h"

namespace millrace {

// One resizing to floats: the images of input 0, and output 0, which is allocated.
struct FloatResize {
  ResizeGeometry geometry;
  std::vector<float> in;
  float* out;

  static absl::StatusOr<FloatResize> Begin(KernelContext& c, const ResizeAttrs& attrs);
};

// One gradient by the original images (input 1) of that by the resized ones (input 0).
struct ResizeBackward {
  ResizeGeometry geometry;
  const float* dy;
  std::vector<double> sums;  // of each element of the original images

  static absl::StatusOr<ResizeBackward> Begin(KernelContext& c, const ResizeAttrs& attrs);
  // Output 0 becomes the sums.
  absl::Status Store(KernelContext& c) const;
};

// Shape function: output 0 is like input 1.
absl::Status LikeOriginalImages(ShapeContext& c);

// The attributes of `op` that its gradient op has too.
AttrMap ResizeGradAttrs(const OpView& op);
// [height, width] of images.
Output SizeOfImages(Builder& b, Output images);
// The gradient of a resizing op's gradient op: both are linear, and each is the other's transpose.
Gradients TransposedResize(Builder& b, const OpView& op, absl::string_view forward_op,
                           const Gradient& dy);

}  // namespace millrace
