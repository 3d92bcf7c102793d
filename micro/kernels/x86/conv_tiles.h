// How a convolution is cut: a group of channels at a time, as many output channels as have their
// weights in a cache, a few outputs of an image at once. Where an image has many outputs, weights
// are packed first (packed.h); else they are used where they lie (dots.h).
#ifndef MILLRACE_MICRO_KERNELS_X86_CONV_TILES_H_
#define MILLRACE_MICRO_KERNELS_X86_CONV_TILES_H_

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "micro/kernels/x86/dots.h"
#include "micro/kernels/x86/packed.h"
#include "micro/kernels/x86/patch.h"

namespace millrace::micro::x86 {

constexpr int32_t kMaxPatch = 4096;  // elements; larger windows take the reference's way

inline int64_t PatchSize(const ConvShape& s) {
  return int64_t{s.filter_height} * s.filter_width * s.filter_channels;
}
inline bool FitsTiles(const ConvShape& s) { return PatchSize(s) <= kMaxPatch; }

// The channels of one tile: the input's (In: int8 or uint8) of their group, the filter's rows.
template <typename In>
struct ConvChannels {
  int32_t first;
  const In* image;
  Matrix weights;
};

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

template <typename In, typename Finish>
void ConvPacked(const ConvShape& s, const ConvChannels<In>& c, int32_t zero_point,
                ptrdiff_t at_image, const int16_t* panels, const Finish& finish) {
  const int32_t depth = c.weights.depth, size = PanelSize(depth);
  ForEachTile<kPanelVectors>(s, c.image, zero_point, [&](int32_t at, const Vectors& vectors) {
    int32_t sums[kPanelVectors * kPanelRows];
    const int16_t* panel = panels;
    for (int32_t r = 0; r < c.weights.rows; r += kPanelRows, panel += size) {
      MultiplyPanel(vectors, panel, depth, sums);
      const int32_t o = c.first + r;
      finish(sums, kPanelRows, o, std::min(kPanelRows, c.weights.rows - r),
             at_image + static_cast<ptrdiff_t>(at) * s.output_channels + o, vectors.count);
    }
  });
}

template <typename In, typename Finish>
void ConvInPlace(const ConvShape& s, const ConvChannels<In>& c, int32_t zero_point,
                 ptrdiff_t at_image, const Finish& finish) {
  constexpr int32_t kRows = 64;  // at once
  ForEachTile<kMaxVectors>(s, c.image, zero_point, [&](int32_t at, const Vectors& vectors) {
    int32_t sums[kMaxVectors * kRows];
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
// elements output_channels. Input and filter are both int8, or both uint8; then the filter has a
// zero point.
template <typename In, typename Finish>
void ConvTiles(const ConvShape& s, const In* input, int32_t zero_point, const In* filter_data,
               int32_t filter_zero_point, const Finish& finish) {
  constexpr int32_t kPanels = 64 << 10;  // elements: they stay in the second-level cache
  constexpr int32_t kWorthPacking = 16;  // outputs
  const auto depth = static_cast<int32_t>(PatchSize(s));
  const int32_t group_outputs = s.output_channels / (s.input_channels / s.filter_channels);
  constexpr bool kUnsigned = std::is_same_v<In, uint8_t>;
  const auto* filter = reinterpret_cast<const int8_t*>(filter_data);
  const int8_t* const end = filter + static_cast<ptrdiff_t>(s.output_channels) * depth;
  const ptrdiff_t in_size =
      static_cast<ptrdiff_t>(s.input_height) * s.input_width * s.input_channels;
  const ptrdiff_t outputs = static_cast<ptrdiff_t>(s.output_height) * s.output_width;
  const bool packs = kUnsigned || outputs * s.batches >= kWorthPacking;
  const int32_t block = packs ? kPanels / PanelSize(depth) * kPanelRows : group_outputs;
  alignas(64) int16_t panels[kPanels];
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
      PackPanel(part, panels + r / kPanelRows * PanelSize(depth));
    }
    for (int32_t b = 0; b < s.batches; ++b) {
      c.image = input + b * in_size + group * s.filter_channels;
      const ptrdiff_t at = b * outputs * s.output_channels;
      packs ? ConvPacked(s, c, zero_point, at, panels, finish)
            : ConvInPlace(s, c, zero_point, at, finish);
    }
    o += rows;
  }
}

}  // namespace millrace::micro::x86

#endif  // MILLRACE_MICRO_KERNELS_X86_CONV_TILES_H_
