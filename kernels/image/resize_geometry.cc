#include "kernels/image/resize_geometry.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace millrace {

absl::Status ResizeAttrs::Read(KernelConstruction& c) {
  MR_RETURN_IF_ERROR(c.GetAttr("align_corners", &align_corners));
  if (c.attrs().Has("half_pixel_centers"))
    MR_RETURN_IF_ERROR(c.GetAttr("half_pixel_centers", &half_pixel_centers));
  if (align_corners && half_pixel_centers) {
    return absl::InvalidArgumentError(
        "If half_pixel_centers is True, align_corners must be False.");
  }
  return absl::OkStatus();
}

int64_t ResizeAttrs::Nearest(int64_t to, float scale, int64_t size) const {
  const float at = (static_cast<float>(to) + (half_pixel_centers ? 0.5f : 0.0f)) * scale;
  const float rounded = align_corners ? std::round(at) : std::floor(at);
  return std::clamp<int64_t>(static_cast<int64_t>(rounded), 0, size - 1);
}

absl::StatusOr<ResizeGeometry> ResizeGeometry::Create(KernelContext& c, const ResizeAttrs& attrs) {
  const Tensor &images = c.input(0), &size = c.input(1);
  if (images.rank() != 4) {
    return absl::InvalidArgumentError(
        absl::StrCat("input must be 4-dimensional, not ", images.shape().ToString()));
  }
  if (size.rank() != 1 || size.dim(0) != 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("shape_t must be a vector of 2 elements, not ", size.shape().ToString()));
  }
  const int32_t height = size.data<int32_t>()[0], width = size.data<int32_t>()[1];
  if (height <= 0 || width <= 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("output dimensions must be positive, not ", height, " x ", width));
  }
  MR_ASSIGN_OR_RETURN(const Shape out,
                      Shape::Create({images.dim(0), height, width, images.dim(3)}));
  return OfGradient(images.shape(), out, attrs);
}

absl::StatusOr<ResizeGeometry> ResizeGeometry::OfGradient(const Shape& original,
                                                          const Shape& resized,
                                                          const ResizeAttrs& attrs) {
  if (original.rank() != 4 || resized.rank() != 4 || original.dim(3) != resized.dim(3) ||
      original.dim(0) != resized.dim(0)) {
    return absl::InvalidArgumentError(
        absl::StrCat("images must be 4-dimensional and agree in batch and channels, not ",
                     original.ToString(), " and ", resized.ToString()));
  }
  for (int d = 1; d <= 2; ++d) {
    if (original.dim(d) > 0 && resized.dim(d) > 0) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("images must have pixels: ", original.ToString(), ", ", resized.ToString()));
  }
  ResizeGeometry g = {original.dim(0),
                      original.dim(1),
                      original.dim(2),
                      resized.dim(1),
                      resized.dim(2),
                      original.dim(3),
                      0,
                      0};
  g.scale_y = attrs.Scale(g.in_height, g.out_height);
  g.scale_x = attrs.Scale(g.in_width, g.out_width);
  return g;
}

absl::Status ResizeShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(PartialShape out, c.WithRank(0, 4));
  MR_ASSIGN_OR_RETURN(const PartialShape size, c.WithRank(1, 1));
  if (size.dim(0) >= 0 && size.dim(0) != 2)
    return c.Error(1, absl::StrCat("must have 2 elements, not ", size.dim(0)));
  const auto given = c.input_as_ints(1);
  for (int d = 0; d < 2; ++d) {
    const int64_t n = given.has_value() ? (*given)[d] : PartialShape::kUnknownDim;
    if (given.has_value() && n < 0) return c.Error(1, "sizes must not be negative");
    out.SetDim(1 + d, n);
  }
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

}  // namespace millrace
