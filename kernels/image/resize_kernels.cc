#include "kernels/image/resize_kernels.h"

#include "core/base/status.h"
#include "kernels/math/wide.h"

namespace millrace {

absl::StatusOr<FloatResize> FloatResize::Begin(KernelContext& c, const ResizeAttrs& attrs) {
  FloatResize r;
  MR_ASSIGN_OR_RETURN(r.geometry, ResizeGeometry::Create(c, attrs));
  Tensor* out;
  MR_RETURN_IF_ERROR(c.allocate_output(0, r.geometry.out_shape(), &out));
  r.in = LoadWide<float>(c.input(0));
  r.out = out->mutable_data<float>();
  return r;
}

absl::StatusOr<ResizeBackward> ResizeBackward::Begin(KernelContext& c, const ResizeAttrs& attrs) {
  ResizeBackward r;
  MR_ASSIGN_OR_RETURN(r.geometry,
                      ResizeGeometry::OfGradient(c.input(1).shape(), c.input(0).shape(), attrs));
  r.dy = c.input(0).data<float>();
  r.sums.resize(static_cast<size_t>(r.geometry.in_shape().num_elements()));
  return r;
}

absl::Status ResizeBackward::Store(KernelContext& c) const {
  Tensor* out;
  MR_RETURN_IF_ERROR(c.allocate_output(0, geometry.in_shape(), &out));
  StoreWide(sums, out);
  return absl::OkStatus();
}

absl::Status LikeOriginalImages(ShapeContext& c) {
  c.set_output(0, c.input(1));
  return absl::OkStatus();
}

AttrMap ResizeGradAttrs(const OpView& op) {
  return {{"align_corners", op.attr<bool>("align_corners")},
          {"half_pixel_centers", op.attr<bool>("half_pixel_centers")}};
}

Output SizeOfImages(Builder& b, Output images) {
  return b.Slice(b.Shape(images), b.Ints({1}), b.Ints({2}));
}

Gradients TransposedResize(Builder& b, const OpView& op, absl::string_view forward_op,
                           const Gradient& dy) {
  return {b.Op1(forward_op, {dy, SizeOfImages(b, op.input(0))}, ResizeGradAttrs(op)), Gradient()};
}

}  // namespace millrace
