// Windows that slide over images: the attributes of convolutions and poolings, and the geometry
// they give.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/graph/attr.h"
#include "core/graph/gradient.h"
#include "core/tensor/shape.h"

namespace millrace {

// strides, dilations, padding, explicit_paddings, ksize and data_format of a node over two spatial
// dimensions. Of what an op has no attribute for, the neutral value. Index 0 is height, 1 is width.
struct WindowAttrs {
  std::array<int64_t, 2> window = {1, 1};  // ksize
  std::array<int64_t, 2> stride = {1, 1};
  std::array<int64_t, 2> dilation = {1, 1};
  int64_t depth = 1, depth_stride = 1;                             // of a window over channels
  std::array<int64_t, 2> pad_before = {0, 0}, pad_after = {0, 0};  // explicit ones
  std::string padding = "VALID";
  bool channels_first = false;  // NCHW

  // INVALID_ARGUMENT for lists of the wrong length or with values below 1, UNIMPLEMENTED for
  // windows over the batch or, unless the op `pools_depth`, over channels.
  static absl::StatusOr<WindowAttrs> Read(const AttrMap& attrs, bool pools_depth = false);

  // Where height, width and channels are in a shape of rank 4.
  int height() const { return channels_first ? 2 : 1; }
  int width() const { return channels_first ? 3 : 2; }
  int channels() const { return channels_first ? 1 : 3; }

  // The size of the output along a spatial dimension (-1: unknown), and the padding before the
  // input.
  absl::StatusOr<int64_t> OutputSize(int dimension, int64_t input, int64_t window,
                                     int64_t* pad) const;
};

// All sizes of one application of a window, in NHWC terms.
struct WindowGeometry {
  int64_t batch = 0, in_height = 0, in_width = 0, in_channels = 0;
  int64_t height = 0, width = 0;  // of the window
  int64_t out_height = 0, out_width = 0;
  int64_t stride_y = 1, stride_x = 1, dilation_y = 1, dilation_x = 1, pad_y = 0, pad_x = 0;

  // For an input of shape `shape` (in the attributes' data format) and a window of that size.
  static absl::StatusOr<WindowGeometry> Create(const WindowAttrs& attrs, const Shape& shape,
                                               int64_t height, int64_t width);
  int64_t out_pixels() const { return batch * out_height * out_width; }
  int64_t in_pixels() const { return batch * in_height * in_width; }
};

// The shape [batch, height, width, channels] in the attributes' data format. INVALID_ARGUMENT if it
// overflows.
absl::StatusOr<Shape> ImageShape(const WindowAttrs& attrs, int64_t batch, int64_t height,
                                 int64_t width, int64_t channels);

// Those of `names` that the op has, for a gradient op that takes the same attributes.
AttrMap CopyAttrs(const OpView& op, std::initializer_list<absl::string_view> names);

}  // namespace millrace
