// Boxes cut out of images and resized: which pixels those of a crop lie between.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>

#include "absl/status/statusor.h"
#include "core/tensor/tensor.h"

namespace millrace {

// Positions along one dimension of a box that becomes `crop` pixels; `from` and `to` are fractions
// of the image's height or width.
struct BoxAxis {
  float from, to;
  int64_t size, crop;

  float step() const {
    return crop > 1 ? (to - from) * static_cast<float>(size - 1) / static_cast<float>(crop - 1) : 0;
  }
  float Position(int64_t i) const {
    const float last = static_cast<float>(size - 1);
    return crop > 1 ? from * last + static_cast<float>(i) * step() : 0.5f * (from + to) * last;
  }
  bool Outside(float at) const { return !(at >= 0 && at <= static_cast<float>(size - 1)); }
};

// The images, boxes and crops of one call.
struct Crops {
  int64_t batch, height, width, channels, boxes, crop_height, crop_width;
  const float* box = nullptr;
  const int32_t* image_of = nullptr;

  // Of images of that shape. INVALID_ARGUMENT for shapes that do not fit, OUT_OF_RANGE for an image
  // that is not there.
  static absl::StatusOr<Crops> Create(const Shape& images, const Tensor& boxes,
                                      const Tensor& image_of, int64_t crop_height,
                                      int64_t crop_width);

  BoxAxis Vertical(int64_t b) const { return {box[4 * b], box[4 * b + 2], height, crop_height}; }
  BoxAxis Horizontal(int64_t b) const {
    return {box[4 * b + 1], box[4 * b + 3], width, crop_width};
  }
  int64_t At(int64_t b, int64_t y, int64_t x) const {
    return ((image_of[b] * height + y) * width + x) * channels;
  }
  int64_t CropAt(int64_t b, int64_t y, int64_t x) const {
    return ((b * crop_height + y) * crop_width + x) * channels;
  }

  // inside(box, first element of the crop's pixel, y, x) for each pixel of all crops that lies in
  // its image, outside(first element) for the others.
  template <typename Inside, typename Outside>
  void ForEach(Inside inside, Outside outside) const {
    for (int64_t b = 0; b < boxes; ++b) {
      const BoxAxis v = Vertical(b), h = Horizontal(b);
      for (int64_t i = 0; i < crop_height; ++i) {
        for (int64_t j = 0; j < crop_width; ++j) {
          const float y = v.Position(i), x = h.Position(j);
          if (v.Outside(y) || h.Outside(x)) {
            outside(CropAt(b, i, j));
          } else {
            inside(b, CropAt(b, i, j), i, j, y, x);
          }
        }
      }
    }
  }

  // The four pixels around a position and their weights.
  struct Corner {
    int64_t at;
    float weight;
  };
  std::array<Corner, 4> Corners(int64_t b, float y, float x) const {
    const int64_t top = static_cast<int64_t>(std::floor(y)),
                  bottom = static_cast<int64_t>(std::ceil(y));
    const int64_t left = static_cast<int64_t>(std::floor(x)),
                  right = static_cast<int64_t>(std::ceil(x));
    const float dy = y - static_cast<float>(top), dx = x - static_cast<float>(left);
    return {{{At(b, top, left), (1 - dy) * (1 - dx)},
             {At(b, top, right), (1 - dy) * dx},
             {At(b, bottom, left), dy * (1 - dx)},
             {At(b, bottom, right), dy * dx}}};
  }
  int64_t NearestAt(int64_t b, float y, float x) const {
    return At(b, static_cast<int64_t>(std::round(y)), static_cast<int64_t>(std::round(x)));
  }
};

}  // namespace millrace
