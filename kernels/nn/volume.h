// Windows that slide over volumes [batch, depth, height, width, channels]: poolings and
// convolutions of three dimensions.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/graph/attr.h"
#include "core/graph/gradient.h"
#include "core/graph/shape_inference.h"
#include "core/tensor/shape.h"

namespace millrace {

struct VolumeAttrs {
  std::array<int64_t, 3> window = {1, 1, 1}, stride = {1, 1, 1}, dilation = {1, 1, 1};
  std::string padding;
  bool channels_first = false;  // NCDHW

  // INVALID_ARGUMENT for lists of the wrong length or with values below 1, UNIMPLEMENTED for
  // windows over the batch or the channels.
  static absl::StatusOr<VolumeAttrs> Read(const AttrMap& attrs);
  int spatial(int d) const { return d + (channels_first ? 2 : 1); }
  int channels() const { return channels_first ? 1 : 4; }
};

// All sizes of one application of a window of size `window`.
struct VolumeGeometry {
  int64_t batch = 0, channels = 0;
  std::array<int64_t, 3> in = {}, window = {}, out = {}, pad = {}, stride = {}, dilation = {};
  bool channels_first = false;

  static absl::StatusOr<VolumeGeometry> Create(const VolumeAttrs& attrs, const Shape& shape,
                                               const std::array<int64_t, 3>& window);
  absl::StatusOr<Shape> OutShape(int64_t out_channels) const;
  int64_t out_pixels() const { return batch * out[0] * out[1] * out[2]; }
  // Elements between two channels, and where pixel `p` of a volume of `channels` channels and
  // spatial `size` begins (its channel 0).
  int64_t ChannelStep(const std::array<int64_t, 3>& size) const {
    return channels_first ? size[0] * size[1] * size[2] : 1;
  }
  int64_t At(const std::array<int64_t, 3>& size, int64_t n_channels, int64_t image, int64_t z,
             int64_t y, int64_t x) const {
    const int64_t volume = size[0] * size[1] * size[2];
    const int64_t pixel = (z * size[1] + y) * size[2] + x;
    return channels_first ? image * n_channels * volume + pixel
                          : (image * volume + pixel) * n_channels;
  }

  // The indices of a window that lie inside the input along dimension `d`, and where index 0 lies.
  struct Span {
    int64_t begin, end, origin;
  };
  Span Inside(int d, int64_t out_at) const {
    const int64_t origin = out_at * stride[d] - pad[d], step = dilation[d];
    const int64_t begin = origin < 0 ? (-origin + step - 1) / step : 0;
    const int64_t end = origin < in[d] ? (in[d] - origin + step - 1) / step : 0;
    return {begin, std::min(end, window[d]), origin};
  }

  // fn(z, y, x in the input, index in the window) for the positions of the window of output pixel
  // (oz, oy, ox) that lie inside the input.
  template <typename F>
  void ForEachPosition(int64_t oz, int64_t oy, int64_t ox, F fn) const {
    const Span zs = Inside(0, oz), ys = Inside(1, oy), xs = Inside(2, ox);
    for (int64_t i = zs.begin; i < zs.end; ++i) {
      for (int64_t j = ys.begin; j < ys.end; ++j) {
        for (int64_t k = xs.begin; k < xs.end; ++k) {
          fn(zs.origin + i * dilation[0], ys.origin + j * dilation[1], xs.origin + k * dilation[2],
             (i * window[1] + j) * window[2] + k);
        }
      }
    }
  }
  // fn(image, oz, oy, ox) for output pixel `p` of out_pixels().
  template <typename F>
  void AtPixel(int64_t p, F fn) const {
    const int64_t x = p % out[2], y = p / out[2] % out[1], z = p / (out[2] * out[1]) % out[0];
    fn(p / (out[2] * out[1] * out[0]), z, y, x);
  }
};

// Shape function: input 0 pooled.
absl::Status VolumePoolShape(ShapeContext& c);
// The output of a window over `in` (rank 5), with that many channels.
absl::StatusOr<PartialShape> VolumeOutShape(const VolumeAttrs& attrs, const PartialShape& in,
                                            const std::array<int64_t, 3>& window, int64_t channels);

}  // namespace millrace
