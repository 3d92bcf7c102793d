// How a convolution is cut for Dots: a group of channels at a time, as many output channels as have
// their weights in the first-level cache, a few outputs of an image at once.
#ifndef MILLRACE_MICRO_KERNELS_X86_CONV_TILES_H_
#define MILLRACE_MICRO_KERNELS_X86_CONV_TILES_H_

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "micro/kernels/x86/dots.h"
#include "micro/kernels/x86/patch.h"

namespace millrace::micro::x86 {

constexpr int32_t kMaxPatch = 8192;    // elements; larger windows take the reference's way
constexpr int32_t kMaxChannels = 128;  // output channels at once

inline bool FitsTiles(const ConvShape& s) {
  return int64_t{s.filter_height} * s.filter_width * s.filter_channels <= kMaxPatch;
}

// finish(sums, first channel, channels, position of the first output's first channel, outputs):
// sums of an output are kMaxChannels behind those of the one before it, its elements
// output_channels.
template <typename Finish>
void ConvTiles(const ConvShape& s, const int8_t* input, int32_t zero_point, const int8_t* filter,
               const Finish& finish) {
  const int32_t depth = s.filter_height * s.filter_width * s.filter_channels;
  const int32_t stride = Padded(depth);
  const int32_t groups = s.input_channels / s.filter_channels;
  const int32_t group_outputs = s.output_channels / groups;
  constexpr int32_t kCache = 24 << 10;
  const int32_t in_cache = kCache / depth / 8 * 8;
  const int32_t block = std::clamp(in_cache, 32, kMaxChannels);
  const int8_t* const end = filter + static_cast<ptrdiff_t>(s.output_channels) * depth;
  const ptrdiff_t image_size =
      static_cast<ptrdiff_t>(s.input_height) * s.input_width * s.input_channels;
  const int32_t outputs = s.output_height * s.output_width;

  alignas(64) int16_t patches[kMaxVectors * kMaxPatch];
  int32_t sums[kMaxVectors * kMaxChannels];
  for (int v = 0; v < kMaxVectors; ++v) {
    std::memset(patches + v * stride + depth, 0,
                static_cast<size_t>(stride - depth) * sizeof(int16_t));
  }
  for (int32_t b = 0; b < s.batches; ++b) {
    for (int32_t o = 0; o < s.output_channels;) {
      const int32_t group = o / group_outputs;
      const int32_t channels = std::min(block, (group + 1) * group_outputs - o);
      const int8_t* image = input + b * image_size + group * s.filter_channels;
      const Matrix weights = {filter + static_cast<ptrdiff_t>(o) * depth, end, channels, depth,
                              depth};
      int32_t oy = 0, ox = 0;
      for (int32_t at = 0; at < outputs;) {
        const int count = std::min(kMaxVectors, outputs - at);
        for (int v = 0; v < count; ++v) {
          MakePatch(s, image, zero_point, oy, ox, patches + v * stride);
          if (++ox == s.output_width) ox = 0, ++oy;
        }
        Dots(Vectors{patches, count, stride}, weights, sums, kMaxChannels);
        finish(sums, o, channels,
               (static_cast<ptrdiff_t>(b) * outputs + at) * s.output_channels + o, count);
        at += count;
      }
      o += channels;
    }
  }
}

}  // namespace millrace::micro::x86

#endif  // MILLRACE_MICRO_KERNELS_X86_CONV_TILES_H_
