// Convolution as matrix product: the patch of the input under each output pixel becomes a row of a
// matrix.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "kernels/nn/window.h"

namespace millrace {

// Walks the window over NHWC images. Calls copy(image offset, column offset, count) for each run of
// `count` elements of a patch that lies inside the image, and gap(column offset, count) for each
// run outside. Column offsets count from the first of the `count` output pixels from `first`; a
// patch has height * width * channels elements, of the channels [channel, channel + channels).
template <typename Copy, typename Gap>
void ForEachPatchRun(const WindowGeometry& g, int64_t channel, int64_t channels, int64_t first,
                     int64_t count, Copy copy, Gap gap) {
  const int64_t row = g.width * channels, patch = g.height * row;
  const bool whole_rows = g.dilation_x == 1 && channels == g.in_channels;
  for (int64_t p = 0; p < count; ++p) {
    const int64_t pixel = first + p, ox = pixel % g.out_width,
                  oy = pixel / g.out_width % g.out_height;
    const int64_t image = pixel / g.out_width / g.out_height * g.in_height;
    const int64_t x0 = ox * g.stride_x - g.pad_x, y0 = oy * g.stride_y - g.pad_y;
    for (int64_t ky = 0; ky < g.height; ++ky) {
      const int64_t y = y0 + ky * g.dilation_y, to = p * patch + ky * row;
      if (y < 0 || y >= g.in_height) {
        gap(to, row);
        continue;
      }
      const int64_t line = (image + y) * g.in_width;
      if (whole_rows) {
        const int64_t left = std::clamp<int64_t>(-x0, 0, g.width);
        const int64_t right = std::clamp<int64_t>(g.in_width - x0, left, g.width);
        if (left > 0) gap(to, left * channels);
        if (right > left)
          copy((line + x0 + left) * channels, to + left * channels, (right - left) * channels);
        if (right < g.width) gap(to + right * channels, (g.width - right) * channels);
        continue;
      }
      for (int64_t kx = 0; kx < g.width; ++kx) {
        const int64_t x = x0 + kx * g.dilation_x, at = to + kx * channels;
        if (x < 0 || x >= g.in_width) {
          gap(at, channels);
        } else {
          copy((line + x) * g.in_channels + channel, at, channels);
        }
      }
    }
  }
}

// The patches of `count` output pixels, as rows of `columns`; 0 where the window hangs over the
// edge.
template <typename T>
void GatherPatches(const WindowGeometry& g, int64_t channel, int64_t channels, int64_t first,
                   int64_t count, const T* images, T* columns) {
  ForEachPatchRun(
      g, channel, channels, first, count,
      [&](int64_t from, int64_t to, int64_t n) {
        std::memcpy(columns + to, images + from, sizeof(T) * n);
      },
      [&](int64_t to, int64_t n) { std::memset(columns + to, 0, sizeof(T) * n); });
}

// Adds the rows of `columns` to the pixels that GatherPatches takes them from.
template <typename T>
void ScatterPatches(const WindowGeometry& g, int64_t channel, int64_t channels, int64_t first,
                    int64_t count, const T* columns, T* images) {
  ForEachPatchRun(
      g, channel, channels, first, count,
      [&](int64_t to, int64_t from, int64_t n) {
        for (int64_t i = 0; i < n; ++i) images[to + i] += columns[from + i];
      },
      [](int64_t, int64_t) {});
}

}  // namespace millrace
