// Weights are transposed, so that lanes are output channels and each sum is made in the order of
// the reference: results are the same bit for bit.
#include <algorithm>

#include "micro/kernels/reference/conv_sums.h"
#include "micro/kernels/x86/float_output.h"
#include "micro/kernels/x86/patch.h"
#include "micro/kernels/x86/unroll.h"

namespace millrace::micro {
namespace {

constexpr int32_t kMaxDepth = 4096;  // elements of a window; larger ones take the reference's way
constexpr int32_t kChannels = 16;    // at once: two vectors
constexpr int kOutputs = 4;          // at once

// out[d][c] = filter[c][d], 0 for c >= channels.
void Transpose(const float* filter, int32_t channels, int32_t depth, float* out) {
  std::fill(out, out + static_cast<ptrdiff_t>(depth) * kChannels, 0.0f);
  for (int32_t c = 0; c < channels; ++c) {
    for (int32_t d = 0; d < depth; ++d) out[d * kChannels + c] = *filter++;
  }
}

// sums[v][c] = sum_d patches[v][d] * weights[d][c]
template <int kCount>
void Multiply(const float* patches, const float* weights, int32_t depth, float* sums) {
  __m256 acc[kCount][2];
  MR_UNROLL
  for (auto& a : acc) a[0] = a[1] = _mm256_setzero_ps();
  for (int32_t d = 0; d < depth; ++d, weights += kChannels) {
    const __m256 low = _mm256_load_ps(weights), high = _mm256_load_ps(weights + 8);
    MR_UNROLL
    for (int v = 0; v < kCount; ++v) {
      const __m256 x = _mm256_broadcast_ss(patches + v * depth + d);
      acc[v][0] = _mm256_add_ps(acc[v][0], _mm256_mul_ps(x, low));
      acc[v][1] = _mm256_add_ps(acc[v][1], _mm256_mul_ps(x, high));
    }
  }
  MR_UNROLL
  for (int v = 0; v < kCount; ++v) {
    _mm256_storeu_ps(sums + v * kChannels, acc[v][0]);
    _mm256_storeu_ps(sums + v * kChannels + 8, acc[v][1]);
  }
}

// Up to kChannels channels from `first` on of one image.
void RunChannels(const ConvShape& s, const float* image, const float* weights, int32_t first,
                 int32_t channels, const x86::FloatOutput& store, float* output) {
  const int32_t depth = s.filter_height * s.filter_width * s.filter_channels;
  const int32_t outputs = s.output_height * s.output_width;
  float patches[kOutputs * kMaxDepth];
  float sums[kOutputs * kChannels];
  int32_t oy = 0, ox = 0;
  for (int32_t at = 0; at < outputs; at += kOutputs) {
    const int count = std::min(kOutputs, outputs - at);
    for (int v = 0; v < count; ++v) {
      x86::MakePatch(s, image, 0, oy, ox, patches + v * depth);
      if (++ox == s.output_width) ox = 0, ++oy;
    }
    if (count == kOutputs) {
      Multiply<kOutputs>(patches, weights, depth, sums);
    } else {
      for (int v = 0; v < count; ++v) {
        Multiply<1>(patches + v * depth, weights, depth, sums + v * kChannels);
      }
    }
    for (int v = 0; v < count; ++v, output += s.output_channels) {
      store.Store(sums + v * kChannels, first, channels, output + first);
    }
  }
}

}  // namespace

void ConvLoop(const ConvFloat& p, const float* input, const float* filter, const float* bias,
              float* output) {
  const ConvShape& s = p.shape;
  const int64_t depth = int64_t{s.filter_height} * s.filter_width * s.filter_channels;
  if (depth > kMaxDepth) {
    ConvSums<float>(s, input, 0.0f, filter, FinishFloat{p.range, bias, output});
    return;
  }
  const int32_t group_outputs = s.output_channels / (s.input_channels / s.filter_channels);
  const ptrdiff_t in_size =
      static_cast<ptrdiff_t>(s.input_height) * s.input_width * s.input_channels;
  const ptrdiff_t out_size =
      static_cast<ptrdiff_t>(s.output_height) * s.output_width * s.output_channels;
  const x86::FloatOutput store(p.range, bias);
  alignas(32) float weights[kMaxDepth * kChannels];
  for (int32_t o = 0; o < s.output_channels;) {
    const int32_t group = o / group_outputs;
    const int32_t channels = std::min(kChannels, (group + 1) * group_outputs - o);
    Transpose(filter + o * depth, channels, static_cast<int32_t>(depth), weights);
    for (int32_t b = 0; b < s.batches; ++b) {
      RunChannels(s, input + b * in_size + group * s.filter_channels, weights, o, channels, store,
                  output + b * out_size);
    }
    o += channels;
  }
}

}  // namespace millrace::micro
