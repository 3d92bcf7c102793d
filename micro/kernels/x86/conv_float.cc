// Weights are packed on the stack, into panels, where that pays.
#include <algorithm>

#include "micro/kernels/reference/conv_sums.h"
#include "micro/kernels/x86/float_output.h"
#include "micro/kernels/x86/float_panels.h"
#include "micro/kernels/x86/float_rows.h"
#include "micro/kernels/x86/patch.h"
#include "micro/kernels/x86/transpose.h"

namespace millrace::micro {
namespace {

constexpr int64_t kMaxDepth = 4096;   // elements of a window; larger ones take the reference's way
constexpr int32_t kWorthPacking = 5;  // outputs
constexpr int32_t kPacked = kMaxDepth * x86::kFloatPanel;  // weights at once

// panel[d][c] = filter[c][d], c < channels <= kFloatPanel
void PackPanel(const float* filter, int32_t channels, int32_t depth, float* panel) {
  for (int32_t c = 0; c < channels; c += 8) {
    const float* of_channel[8];
    for (int32_t i = 0; i < 8; ++i) {
      of_channel[i] = filter + static_cast<ptrdiff_t>(std::min(c + i, channels - 1)) * depth;
    }
    const __m256i channel_lanes = x86::FirstLanes(channels - c);
    for (int32_t d = 0; d < depth; d += 8) {
      const int32_t count = std::min(8, depth - d);
      const __m256i lanes = x86::FirstLanes(count);
      __m256 rows[8], columns[8];
      MR_UNROLL
      for (int i = 0; i < 8; ++i) rows[i] = _mm256_maskload_ps(of_channel[i] + d, lanes);
      x86::Transpose8(rows, columns);
      for (int32_t i = 0; i < count; ++i) {
        float* to = panel + (d + i) * channels + c;
        channels - c >= 8 ? _mm256_storeu_ps(to, columns[i])
                          : _mm256_maskstore_ps(to, channel_lanes, columns[i]);
      }
    }
  }
}

// The channels first .. first + channels - 1 of one group, of every image.
void RunPacked(const ConvFloat& p, const float* input, const float* filter, int32_t first,
               int32_t channels, const float* bias, float* output) {
  const auto depth = static_cast<int32_t>(x86::WindowSize(p.shape));
  const int32_t block = kPacked / (depth * x86::kFloatPanel) * x86::kFloatPanel;
  float packed[kPacked];
  for (int32_t begin = 0; begin < channels; begin += block) {
    const int32_t count = std::min(block, channels - begin);
    for (int32_t c = 0; c < count; c += x86::kFloatPanel) {
      PackPanel(filter + (begin + c) * static_cast<ptrdiff_t>(depth),
                std::min(x86::kFloatPanel, count - c), depth, packed + c * depth);
    }
    x86::ConvPanels(p, input, packed, first + begin, count, bias, output);
  }
}

// The same of one image. filter: that of the first channel.
void RunInPlace(const ConvShape& s, const float* image, const float* filter, int32_t first,
                int32_t channels, const x86::FloatOutput& store, float* output) {
  const auto depth = static_cast<int32_t>(x86::WindowSize(s));
  float patch[kMaxDepth];
  for (int32_t oy = 0; oy < s.output_height; ++oy) {
    for (int32_t ox = 0; ox < s.output_width; ++ox, output += s.output_channels) {
      x86::MakePatch(s, image, 0, oy, ox, patch);
      for (int32_t c = 0; c < channels; c += x86::kFloatRows) {
        const int32_t count = std::min(x86::kFloatRows, channels - c);
        float sums[x86::kFloatRows];
        x86::FloatRowSums<1>(patch, depth, filter + c * static_cast<ptrdiff_t>(depth), count, sums);
        store.Store(sums, first + c, count, output + first + c);
      }
    }
  }
}

}  // namespace

void ConvLoop(const ConvFloat& p, const float* input, const float* filter, const float* bias,
              float* output) {
  const ConvShape& s = p.shape;
  const int64_t depth = x86::WindowSize(s);
  if (depth > kMaxDepth) {
    ConvSums<float>(s, input, 0.0f, filter, FinishFloat{p.range, bias, output});
    return;
  }
  const int32_t groups = s.input_channels / s.filter_channels;
  const int32_t channels = s.output_channels / groups;
  const ptrdiff_t in_size =
      static_cast<ptrdiff_t>(s.input_height) * s.input_width * s.input_channels;
  const ptrdiff_t outputs = static_cast<ptrdiff_t>(s.output_height) * s.output_width;
  const x86::FloatOutput store(p.range, bias);
  for (int32_t g = 0; g < groups; ++g, filter += channels * depth) {
    if (outputs >= kWorthPacking) {
      RunPacked(p, input, filter, g * channels, channels, bias, output);
      continue;
    }
    for (int32_t b = 0; b < s.batches; ++b) {
      RunInPlace(s, input + b * in_size + g * s.filter_channels, filter, g * channels, channels,
                 store, output + b * outputs * s.output_channels);
    }
  }
}

}  // namespace millrace::micro
