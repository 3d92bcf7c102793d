// Lanes are channels. Sums are made in the order of the reference, but multiplications are fused:
// results differ from its in the last bits. Outputs beside each other share the loads of weights.
#include <algorithm>

#include "micro/kernels/reference/conv_sums.h"
#include "micro/kernels/x86/float_dots.h"
#include "micro/kernels/x86/float_output.h"
#include "micro/kernels/x86/unroll.h"

namespace millrace::micro {
namespace {

constexpr int kOutputs = 4;  // at once

// The taps of a window that lie in the image, and those of the windows beside it. Distances are of
// elements.
struct Window {
  const float* x;  // under its first tap, channel 0
  const float* w;  // that tap's weights
  int32_t rows, columns;
  ptrdiff_t x_row, x_column;
  ptrdiff_t w_row, w_column;
  ptrdiff_t to_next;  // window's input
};

// Where the results go.
struct Target {
  const x86::FloatOutput& store;
  float* out;
  ptrdiff_t to_next;
};

// kVectors times eight channels of kCount outputs, the last vector's first `lanes` lanes only when
// it is cut. kOne: all channels have the only one of the input.
template <int kCount, int kVectors, bool kCut, bool kOne>
void Sums(const Window& window, const Target& to, int32_t channel, int32_t lanes) {
  const __m256i mask = x86::FirstLanes(lanes);
  const auto load = [&](const float* p, int i) __attribute__((always_inline)) {
    return kCut && i == kVectors - 1 ? _mm256_maskload_ps(p + 8 * i, mask)
                                     : _mm256_loadu_ps(p + 8 * i);
  };
  __m256 acc[kCount][kVectors] = {};
  for (int32_t r = 0; r < window.rows; ++r) {
    const float* x = window.x + r * window.x_row + (kOne ? 0 : channel);
    const float* w = window.w + r * window.w_row + channel;
    for (int32_t j = window.columns; j > 0; --j, x += window.x_column, w += window.w_column) {
      __m256 weights[kVectors];
      MR_UNROLL
      for (int i = 0; i < kVectors; ++i) weights[i] = load(w, i);
      MR_UNROLL
      for (int o = 0; o < kCount; ++o) {
        const float* of_output = x + o * window.to_next;
        MR_UNROLL
        for (int i = 0; i < kVectors; ++i) {
          const __m256 value = kOne ? _mm256_broadcast_ss(of_output) : load(of_output, i);
          acc[o][i] = _mm256_fmadd_ps(value, weights[i], acc[o][i]);
        }
      }
    }
  }
  MR_UNROLL
  for (int o = 0; o < kCount; ++o) {
    float* out = to.out + o * to.to_next + channel;
    if constexpr (kCut) {
      float sums[8 * kVectors];
      MR_UNROLL
      for (int i = 0; i < kVectors; ++i) _mm256_storeu_ps(sums + 8 * i, acc[o][i]);
      to.store.Store(sums, channel, 8 * (kVectors - 1) + lanes, out);
    } else {
      MR_UNROLL
      for (int i = 0; i < kVectors; ++i) {
        const __m256 bias = to.store.Bias8(channel + 8 * i);
        to.store.Store8(_mm256_add_ps(acc[o][i], bias), out + 8 * i);
      }
    }
  }
}

// All channels of kCount outputs.
template <int kCount, bool kOne>
void Channels(const Window& window, const Target& to, int32_t channels) {
  int32_t c = 0;
  for (; c + 16 <= channels; c += 16) Sums<kCount, 2, false, kOne>(window, to, c, 8);
  if (c + 8 <= channels) Sums<kCount, 1, false, kOne>(window, to, c, 8), c += 8;
  if (c < channels) Sums<kCount, 1, true, kOne>(window, to, c, channels - c);
}

// A row of outputs.
template <bool kOne>
void Row(const ConvShape& s, const float* line, const Taps& rows, const float* filter, Target to) {
  Window window;
  window.rows = rows.count();
  window.x_row = static_cast<ptrdiff_t>(s.dilation_height) * s.input_width * s.input_channels;
  window.x_column = static_cast<ptrdiff_t>(s.dilation_width) * s.input_channels;
  window.w_row = static_cast<ptrdiff_t>(s.filter_width) * s.output_channels;
  window.w_column = s.output_channels;
  window.to_next = static_cast<ptrdiff_t>(s.stride_width) * s.input_channels;
  const float* weights = filter + rows.begin * window.w_row;
  for (int32_t ox = 0; ox < s.output_width;) {
    const Taps columns = ColumnTaps(s, ox, s.dilation_width);
    window.columns = columns.count();
    window.x = line + static_cast<ptrdiff_t>(columns.Position(columns.begin)) * s.input_channels;
    window.w = weights + columns.begin * window.w_column;
    const bool several =
        ox + kOutputs <= s.output_width && columns.count() == s.filter_width &&
        ColumnTaps(s, ox + kOutputs - 1, s.dilation_width).count() == s.filter_width;
    several ? Channels<kOutputs, kOne>(window, to, s.output_channels)
            : Channels<1, kOne>(window, to, s.output_channels);
    const int32_t count = several ? kOutputs : 1;
    ox += count;
    to.out += count * to.to_next;
  }
}

}  // namespace

void DepthwiseConvLoop(const ConvFloat& p, const float* input, const float* filter,
                       const float* bias, float* output) {
  const ConvShape& s = p.shape;
  const bool one = s.input_channels == 1;
  if (!one && s.input_channels != s.output_channels) {
    DepthwiseConvSums<float>(s, input, 0.0f, filter, FinishFloat{p.range, bias, output});
    return;
  }
  const x86::FloatOutput store(p.range, bias);
  const ptrdiff_t line = static_cast<ptrdiff_t>(s.input_width) * s.input_channels;
  const ptrdiff_t row_outputs = static_cast<ptrdiff_t>(s.output_width) * s.output_channels;
  for (int32_t b = 0; b < s.batches; ++b, input += s.input_height * line) {
    for (int32_t oy = 0; oy < s.output_height; ++oy, output += row_outputs) {
      const Taps rows = RowTaps(s, oy, s.dilation_height);
      const float* first = input + rows.Position(rows.begin) * line;
      const Target to = {store, output, s.output_channels};
      one ? Row<true>(s, first, rows, filter, to) : Row<false>(s, first, rows, filter, to);
    }
  }
}

}  // namespace millrace::micro
