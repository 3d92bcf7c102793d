// Depthwise convolutions for Armv7E-M: four channels at once.
#include "micro/kernels/arm/dsp/output.h"
#include "micro/kernels/arm/dsp/simd.h"
#include "micro/kernels/loops/conv.h"
#include "micro/kernels/loops/taps.h"

namespace millrace::micro {
namespace {

using dsp::Load4;

// One output position: where its window lies inside the image.
struct Window {
  const int8_t* x;  // under the first tap inside, channel 0
  const int8_t* w;  // that tap's weights
  int32_t rows, columns;
  int32_t x_row, x_column;  // distances of taps
  int32_t w_row, w_column;
};

// The products of four channels under one tap.
inline void AddTap(const int8_t* x, const int8_t* w, int16x2_t minus_zero, int32_t* s) {
  const uint32_t x4 = Load4(x), w4 = Load4(w);
  const int16x2_t x_even = dsp::EvenPlus(minus_zero, x4), x_odd = dsp::OddPlus(minus_zero, x4);
  const int16x2_t w_even = dsp::Even(w4), w_odd = dsp::Odd(w4);
  s[0] = __smlabb(x_even, w_even, s[0]);
  s[1] = __smlabb(x_odd, w_odd, s[1]);
  s[2] = __smlatt(x_even, w_even, s[2]);
  s[3] = __smlatt(x_odd, w_odd, s[3]);
}

// sums[0..3] += the products of four channels.
inline void FourChannels(const Window& window, int32_t channel, int32_t output_channel,
                         int32_t zero_point, int32_t* sums) {
  const int16x2_t minus_zero = dsp::Twice(-zero_point);
  int32_t s[4] = {sums[0], sums[1], sums[2], sums[3]};
  const int8_t* x_row = window.x + channel;
  const int8_t* w_row = window.w + output_channel;
  const int32_t x_step = window.x_column, w_step = window.w_column;
  for (int32_t i = window.rows; i > 0; --i) {
    const int8_t* x = x_row;
    const int8_t* w = w_row;
    if (window.columns == 3) {
      AddTap(x, w, minus_zero, s);
      AddTap(x + x_step, w + w_step, minus_zero, s);
      AddTap(x + 2 * x_step, w + 2 * w_step, minus_zero, s);
    } else {
      for (int32_t j = window.columns; j > 0; --j, x += x_step, w += w_step) {
        AddTap(x, w, minus_zero, s);
      }
    }
    x_row += window.x_row;
    w_row += window.w_row;
  }
  sums[0] = s[0], sums[1] = s[1], sums[2] = s[2], sums[3] = s[3];
}

// The same of four outputs of one input channel.
inline void FourOfOneChannel(const Window& window, int32_t channel, int32_t output_channel,
                             int32_t zero_point, int32_t* sums) {
  int32_t s0 = sums[0], s1 = sums[1], s2 = sums[2], s3 = sums[3];
  const int8_t* x_row = window.x + channel;
  const int8_t* w_row = window.w + output_channel;
  for (int32_t i = 0; i < window.rows; ++i) {
    const int8_t* x = x_row;
    const int8_t* w = w_row;
    for (int32_t j = window.columns; j > 0; --j) {
      const int32_t value = *x - zero_point;
      const uint32_t w4 = Load4(w);
      const int16x2_t w_even = dsp::Even(w4), w_odd = dsp::Odd(w4);
      s0 = __smlabb(value, w_even, s0);
      s1 = __smlabb(value, w_odd, s1);
      s2 = __smlabt(value, w_even, s2);
      s3 = __smlabt(value, w_odd, s3);
      x += window.x_column;
      w += window.w_column;
    }
    x_row += window.x_row;
    w_row += window.w_row;
  }
  sums[0] = s0, sums[1] = s1, sums[2] = s2, sums[3] = s3;
}

int32_t OneChannel(const Window& window, int32_t channel, int32_t output_channel,
                   int32_t zero_point) {
  int32_t sum = 0;
  for (int32_t i = 0; i < window.rows; ++i) {
    const int8_t* x = window.x + i * window.x_row + channel;
    const int8_t* w = window.w + i * window.w_row + output_channel;
    for (int32_t j = 0; j < window.columns; ++j) {
      sum += (*x - zero_point) * *w;
      x += window.x_column;
      w += window.w_column;
    }
  }
  return sum;
}

// All channels of one position.
void Position(const ConvQuantized& p, const dsp::Int8Output& from, const Window& at,
              const int32_t* bias, int8_t* output) {
  // Copies: the compiler must take bytes that are written for any memory it can reach.
  const dsp::Int8Output finish = from;
  const Window window = at;
  const int32_t channels = p.shape.output_channels;
  const int32_t multiplier = channels / p.shape.input_channels;
  const int32_t zero_point = p.input_zero_point;
  const int32_t* multipliers = p.factors.multipliers;
  const int8_t* shifts = p.factors.shifts;
  int32_t o = 0;
  if (multiplier == 1 || multiplier % 4 == 0) {
    int32_t channel = 0;  // of the input, and how many of its outputs are done
    int32_t done = 0;
    for (; o + 4 <= channels; o += 4) {
      int32_t sums[4] = {0, 0, 0, 0};
      if (bias != nullptr) __builtin_memcpy(sums, bias + o, sizeof(sums));
      if (multiplier == 1) {
        FourChannels(window, o, o, zero_point, sums);
      } else {
        FourOfOneChannel(window, channel, o, zero_point, sums);
        done += 4;
        if (done == multiplier) ++channel, done = 0;
      }
#pragma GCC unroll 4
      for (int k = 0; k < 4; ++k)
        output[o + k] = finish(sums[k], multipliers[o + k], shifts[o + k]);
    }
  }
  for (; o < channels; ++o) {
    const int32_t sum = OneChannel(window, o / multiplier, o, zero_point);
    output[o] = finish(sum + (bias == nullptr ? 0 : bias[o]), multipliers[o], shifts[o]);
  }
}

}  // namespace

void DepthwiseConvLoop(const ConvQuantized& p, const int8_t* input, const int8_t* filter,
                       const int32_t* bias, int8_t* output) {
  const ConvShape& s = p.shape;
  const dsp::Int8Output finish(p.output_zero_point, p.range);
  const int32_t row_stride = s.input_width * s.input_channels;
  Window window;
  window.x_row = s.dilation_height * row_stride;
  window.x_column = s.dilation_width * s.input_channels;
  window.w_row = s.filter_width * s.output_channels;
  window.w_column = s.output_channels;
  for (int32_t b = 0; b < s.batches; ++b, input += s.input_height * row_stride) {
    for (int32_t oy = 0; oy < s.output_height; ++oy) {
      const Taps rows = RowTaps(s, oy, s.dilation_height);
      window.rows = rows.count();
      for (int32_t ox = 0; ox < s.output_width; ++ox, output += s.output_channels) {
        const Taps columns = ColumnTaps(s, ox, s.dilation_width);
        window.columns = columns.count();
        window.x = input + rows.Position(rows.begin) * row_stride +
                   columns.Position(columns.begin) * s.input_channels;
        window.w = filter + rows.begin * window.w_row + columns.begin * window.w_column;
        Position(p, finish, window, bias, output);
      }
    }
  }
}

size_t DepthwiseConvScratchBytes(const ConvShape&) { return 0; }

}  // namespace millrace::micro
