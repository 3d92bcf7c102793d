#include "kernels/image/crops.h"

#include "absl/strings/str_cat.h"

namespace millrace {

absl::StatusOr<Crops> Crops::Create(const Shape& images, const Tensor& boxes,
                                    const Tensor& image_of, int64_t crop_height,
                                    int64_t crop_width) {
  if (images.rank() != 4 || images.dim(1) <= 0 || images.dim(2) <= 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("input image must be 4-D with pixels, not ", images.ToString()));
  }
  if (crop_height <= 0 || crop_width <= 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("crop dimensions must be positive, not ", crop_height, " x ", crop_width));
  }
  if (boxes.rank() != 2 || boxes.dim(1) != 4 || image_of.rank() != 1 ||
      image_of.dim(0) != boxes.dim(0)) {
    return absl::InvalidArgumentError(absl::StrCat("boxes must be [n, 4] and box_index [n], not ",
                                                   boxes.shape().ToString(), " and ",
                                                   image_of.shape().ToString()));
  }
  for (const int32_t i : image_of.flat<int32_t>()) {
    if (i >= 0 && i < images.dim(0)) continue;
    return absl::OutOfRangeError(absl::StrCat("box_index has values outside [0, batch_size): ", i));
  }
  return Crops{images.dim(0), images.dim(1),       images.dim(2),
               images.dim(3), boxes.dim(0),        crop_height,
               crop_width,    boxes.data<float>(), image_of.data<int32_t>()};
}

}  // namespace millrace
