// How a convolution is cut: a group of channels at a time, as many output channels as have their
// weights in a cache, a few outputs of an image at once. Where there are many outputs, weights are
// packed first (packed.h) and rows of the input made ready (band.h); else weights are used where
// they lie (dots.h).
#ifndef MILLRACE_MICRO_KERNELS_X86_CONV_TILES_H_
#define MILLRACE_MICRO_KERNELS_X86_CONV_TILES_H_

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "micro/kernels/x86/band.h"
#include "micro/kernels/x86/dots.h"
#include "micro/kernels/x86/packed.h"
#include "micro/kernels/x86/patch.h"
#include "micro/kernels/x86/wide_sums.h"

namespace millrace::micro::x86 {

constexpr int32_t kMaxPatch = 4096;  // elements; larger windows take the reference's way

inline int64_t PatchSize(const ConvShape& s) {
  return int64_t{s.filter_height} * s.filter_width * s.filter_channels;
}
// kMayStay: weights need not be packed.
template <bool kMayStay = true>
bool FitsTiles(const ConvShape& s) {
  return PatchSize(s) <= kMaxPatch && (kMayStay || BandShape(s).Fits(s));
}

// The channels of one tile: the input's (In: int8, uint8 or int16) of their group, the filter's
// rows.
template <typename In>
struct ConvChannels {
  int32_t first;
  const In* image;
  Matrix weights;
};

// Part by part, as a Band has them.
inline void PackParts(const Matrix& m, const BandShape& band, int16_t* panel) {
  const auto depth = static_cast<int32_t>(band.depth);
  if (depth % 2 == 0) return PackPanel(m, panel);
  Matrix part = m;
  part.depth = depth;
  for (int64_t i = 0; i < band.parts; ++i, part.data += depth, panel += PartSize(depth)) {
    PackPanel(part, panel);
  }
}

// panels: each of `panel_size` elements.
template <typename Sum, typename In, typename Finish>
void ConvPacked(const ConvShape& s, const ConvChannels<In>& c, Band<In>* band, ptrdiff_t at_image,
                const int16_t* panels, int32_t panel_size, const Finish& finish) {
  const auto room = static_cast<int32_t>(band->shape().outputs);
  alignas(32) Sum sums[kHalfPanelVectors * kPanelRows];
  for (int32_t oy = 0; oy < s.output_height; ++oy) {
    for (int32_t ox = 0; ox < s.output_width; ox += room) {
      const int32_t outputs = std::min(room, s.output_width - ox);
      const ptrdiff_t at = static_cast<ptrdiff_t>(oy) * s.output_width + ox;
      band->Fill(c.image, oy, ox, outputs);
      const int16_t* panel = panels;
      for (int32_t r = 0; r < c.weights.rows; r += kPanelRows, panel += panel_size) {
        const int32_t rows = std::min(kPanelRows, c.weights.rows - r);
        // As even as it goes.
        const int32_t tiles = (outputs + PanelVectors(rows) - 1) / PanelVectors(rows);
        for (int32_t t = 0, done = 0; t < tiles; ++t) {
          const int count = (outputs - done + tiles - t - 1) / (tiles - t);
          MultiplyPanel(band->At(done, count), panel, rows, sums);
          finish(sums, kPanelRows, c.first + r, rows,
                 at_image + (at + done) * s.output_channels + c.first + r, count);
          done += count;
        }
      }
    }
  }
}

// multiply(first output, vectors) for each few outputs of an image.
template <int kCount, typename In, typename Multiply>
void ForEachTile(const ConvShape& s, const In* image, int32_t zero_point,
                 const Multiply& multiply) {
  const auto depth = static_cast<int32_t>(PatchSize(s));
  const int32_t stride = Padded(depth);
  const int32_t outputs = s.output_height * s.output_width;
  alignas(64) int16_t patches[kCount * kMaxPatch];
  for (int v = 0; v < kCount; ++v) {
    std::memset(patches + v * stride + depth, 0,
                static_cast<size_t>(stride - depth) * sizeof(int16_t));
  }
  int32_t oy = 0, ox = 0;
  for (int32_t at = 0; at < outputs; at += kCount) {
    const int count = std::min(kCount, outputs - at);
    for (int v = 0; v < count; ++v) {
      MakePatch(s, image, zero_point, oy, ox, patches + v * stride);
      if (++ox == s.output_width) ox = 0, ++oy;
    }
    multiply(at, Vectors{patches, count, stride});
  }
}

template <typename Sum, typename In, typename Finish>
void ConvInPlace(const ConvShape& s, const ConvChannels<In>& c, int32_t zero_point,
                 ptrdiff_t at_image, const Finish& finish) {
  constexpr int32_t kRows = 64;  // at once
  ForEachTile<kMaxVectors>(s, c.image, zero_point, [&](int32_t at, const Vectors& vectors) {
    Sum sums[kMaxVectors * kRows];
    for (int32_t r = 0; r < c.weights.rows; r += kRows) {
      Matrix part = c.weights;
      part.data += r * part.stride;
      part.rows = std::min(kRows, c.weights.rows - r);
      Dots(vectors, part, sums, kRows);
      const int32_t o = c.first + r;
      finish(sums, kRows, o, part.rows,
             at_image + static_cast<ptrdiff_t>(at) * s.output_channels + o, vectors.count);
    }
  });
}

// Calls finish(sums, sums_stride, first channel, channels, position of the first output's first
// channel, outputs): sums of an output lie sums_stride behind those of the one before it, its
// elements output_channels. The filter of a uint8 input has a zero point and must be packed.
// Sum: int32_t, which wraps, or int64_t. REQUIRES: FitsTiles.
template <typename Sum = int32_t, typename In, typename Finish>
void ConvTiles(const ConvShape& shape, const In* input, int32_t zero_point,
               const WeightOf<In>* filter_data, int32_t filter_zero_point, const Finish& finish) {
  constexpr int32_t kSlack = PanelSize(1);  // written behind a panel
  constexpr int32_t kWorthPacking = 16;     // outputs
  const ConvShape s = InOneRow(shape);
  const auto depth = static_cast<int32_t>(PatchSize(s));
  const int32_t group_outputs = s.output_channels / (s.input_channels / s.filter_channels);
  constexpr bool kUnsigned = std::is_same_v<In, uint8_t>;
  const auto* filter = reinterpret_cast<const int8_t*>(filter_data);
  const int8_t* const end = filter + static_cast<ptrdiff_t>(s.output_channels) * depth;
  const ptrdiff_t in_size =
      static_cast<ptrdiff_t>(s.input_height) * s.input_width * s.input_channels;
  const ptrdiff_t outputs = static_cast<ptrdiff_t>(s.output_height) * s.output_width;
  Band<In> band(s, zero_point);
  const bool packs = kUnsigned || (outputs * s.batches >= kWorthPacking && band.shape().Fits(s));
  const auto panel_size = static_cast<int32_t>(band.shape().PanelElements());
  const int32_t block = packs ? kPanelRoom / panel_size * kPanelRows : group_outputs;
  alignas(64) int16_t panels[kPanelRoom + kSlack];
  for (int32_t o = 0; o < s.output_channels;) {
    const int32_t group = o / group_outputs;
    const int32_t rows = std::min(block, (group + 1) * group_outputs - o);
    const Matrix weights = {
        filter + static_cast<ptrdiff_t>(o) * depth, end, rows, depth, depth, kUnsigned,
        static_cast<int16_t>(filter_zero_point)};
    ConvChannels<In> c = {o, nullptr, weights};
    for (int32_t r = 0; packs && r < rows; r += kPanelRows) {
      Matrix part = c.weights;
      part.data += r * part.stride;
      part.rows = std::min(kPanelRows, rows - r);
      PackParts(part, band.shape(), panels + r / kPanelRows * panel_size);
    }
    for (int32_t b = 0; b < s.batches; ++b) {
      c.image = input + b * in_size + group * s.filter_channels;
      const ptrdiff_t at = b * outputs * s.output_channels;
      packs ? ConvPacked<Sum>(s, c, &band, at, panels, panel_size, finish)
            : ConvInPlace<Sum>(s, c, zero_point, at, finish);
    }
    o += rows;
  }
}

}  // namespace millrace::micro::x86

#endif  // MILLRACE_MICRO_KERNELS_X86_CONV_TILES_H_
