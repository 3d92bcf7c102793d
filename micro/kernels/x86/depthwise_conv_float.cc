#include "micro/kernels/reference/conv_sums.h"
#include "micro/kernels/x86/float_output.h"

namespace millrace::micro {
namespace {

constexpr int32_t kChannels = 8;  // at once

// Eight channels of one output. Taps are added in the reference's order, so that results are its.
__m256 Sum8(const ConvShape& s, const float* channel, const float* filter, const Taps& rows,
            const Taps& columns) {
  __m256 sum = _mm256_setzero_ps();
  for (int32_t i = rows.begin; i < rows.end; ++i) {
    const float* x = channel + (static_cast<ptrdiff_t>(rows.Position(i)) * s.input_width +
                                columns.Position(columns.begin)) *
                                   s.input_channels;
    const float* w =
        filter + (static_cast<ptrdiff_t>(i) * s.filter_width + columns.begin) * s.output_channels;
    for (int32_t j = columns.begin; j < columns.end; ++j) {
      sum = _mm256_add_ps(sum, _mm256_mul_ps(_mm256_loadu_ps(x), _mm256_loadu_ps(w)));
      x += static_cast<ptrdiff_t>(s.dilation_width) * s.input_channels;
      w += s.output_channels;
    }
  }
  return sum;
}

float Sum1(const ConvShape& s, const float* channel, const float* filter, const Taps& rows,
           const Taps& columns) {
  float sum = 0.0f;
  for (int32_t i = rows.begin; i < rows.end; ++i) {
    for (int32_t j = columns.begin; j < columns.end; ++j) {
      const ptrdiff_t x =
          static_cast<ptrdiff_t>(rows.Position(i)) * s.input_width + columns.Position(j);
      sum += channel[x * s.input_channels] *
             filter[(static_cast<ptrdiff_t>(i) * s.filter_width + j) * s.output_channels];
    }
  }
  return sum;
}

}  // namespace

void DepthwiseConvLoop(const ConvFloat& p, const float* input, const float* filter,
                       const float* bias, float* output) {
  const ConvShape& s = p.shape;
  if (s.input_channels != s.output_channels) {
    DepthwiseConvSums<float>(s, input, 0.0f, filter, FinishFloat{p.range, bias, output});
    return;
  }
  const x86::FloatOutput store(p.range, bias);
  const ptrdiff_t image = static_cast<ptrdiff_t>(s.input_height) * s.input_width * s.input_channels;
  for (int32_t b = 0; b < s.batches; ++b, input += image) {
    for (int32_t oy = 0; oy < s.output_height; ++oy) {
      const Taps rows = RowTaps(s, oy, s.dilation_height);
      for (int32_t ox = 0; ox < s.output_width; ++ox, output += s.output_channels) {
        const Taps columns = ColumnTaps(s, ox, s.dilation_width);
        int32_t c = 0;
        for (; c + kChannels <= s.output_channels; c += kChannels) {
          const __m256 sum = Sum8(s, input + c, filter + c, rows, columns);
          store.Store8(_mm256_add_ps(sum, store.Bias8(c)), output + c);
        }
        for (; c < s.output_channels; ++c) {
          output[c] = store.One(Sum1(s, input + c, filter + c, rows, columns), c);
        }
      }
    }
  }
}

}  // namespace millrace::micro
