// Depthwise convolutions for Armv7E-M: four channels at once.
#include "micro/kernels/arm/dsp/output.h"
#include "micro/kernels/arm/dsp/simd.h"
#include "micro/kernels/loops/depthwise_windows.h"

#if defined(__GNUC__) && !defined(__clang__)
// Loads moved far ahead want more registers than there are.
#pragma GCC optimize("no-schedule-insns")
#endif

namespace millrace::micro {
namespace {

using dsp::Load4;

struct Sums {
  int32_t a, b, c, d;
};

// The products of four channels under one tap.
inline void AddTap(const int8_t* x, const int8_t* w, int16x2_t minus_zero, Sums* s) {
  const uint32_t x4 = Load4(x), w4 = Load4(w);
  const int16x2_t x_even = dsp::EvenPlus(minus_zero, x4), x_odd = dsp::OddPlus(minus_zero, x4);
  const int16x2_t w_even = dsp::Even(w4), w_odd = dsp::Odd(w4);
  s->a = __smlabb(x_even, w_even, s->a);
  s->b = __smlabb(x_odd, w_odd, s->b);
  s->c = __smlatt(x_even, w_even, s->c);
  s->d = __smlatt(x_odd, w_odd, s->d);
}

// Adds the products of four channels.
inline Sums FourChannels(const DepthwiseWindow& window, int32_t channel, int32_t zero_point,
                         Sums sums) {
  const int16x2_t minus_zero = dsp::Twice(-zero_point);
  const int8_t* x_row = window.x + channel;
  const int8_t* w_row = window.w + channel;
  const int32_t x_step = window.x_column, w_step = window.w_column;
  for (int32_t i = window.rows; i > 0; --i) {
    const int8_t* x = x_row;
    const int8_t* w = w_row;
    if (window.columns == 3) {
      AddTap(x, w, minus_zero, &sums);
      AddTap(x + x_step, w + w_step, minus_zero, &sums);
      AddTap(x + 2 * x_step, w + 2 * w_step, minus_zero, &sums);
    } else {
      for (int32_t j = window.columns; j > 0; --j, x += x_step, w += w_step) {
        AddTap(x, w, minus_zero, &sums);
      }
    }
    x_row += window.x_row;
    w_row += window.w_row;
  }
  return sums;
}

// The same of four outputs of one input channel.
inline Sums FourOfOneChannel(const DepthwiseWindow& window, int32_t channel, int32_t output_channel,
                             int32_t zero_point, Sums sums) {
  const int8_t* x_row = window.x + channel;
  const int8_t* w_row = window.w + output_channel;
  const int32_t x_step = window.x_column, w_step = window.w_column;
  for (int32_t i = window.rows; i > 0; --i) {
    const int8_t* x = x_row;
    const int8_t* w = w_row;
    for (int32_t j = window.columns; j > 0; --j, x += x_step, w += w_step) {
      const int32_t value = *x - zero_point;
      const uint32_t w4 = Load4(w);
      const int16x2_t even = dsp::Even(w4), odd = dsp::Odd(w4);
      sums.a = __smlabb(value, even, sums.a);
      sums.b = __smlabb(value, odd, sums.b);
      sums.c = __smlabt(value, even, sums.c);
      sums.d = __smlabt(value, odd, sums.d);
    }
    x_row += window.x_row;
    w_row += window.w_row;
  }
  return sums;
}

// All channels of one position.
void Position(const ConvQuantized& p, const dsp::Int8Output& from, const DepthwiseWindow& at,
              const int32_t* bias, int8_t* output) {
  // Copies: the compiler must take bytes that are written for any memory it can reach.
  const dsp::Int8Output finish = from;
  const DepthwiseWindow window = at;
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
      Sums sums = {0, 0, 0, 0};
      if (bias != nullptr) sums = {bias[o], bias[o + 1], bias[o + 2], bias[o + 3]};
      if (multiplier == 1) {
        sums = FourChannels(window, o, zero_point, sums);
      } else {
        sums = FourOfOneChannel(window, channel, o, zero_point, sums);
        done += 4;
        if (done == multiplier) ++channel, done = 0;
      }
      output[o] = finish(sums.a, multipliers[o], shifts[o]);
      output[o + 1] = finish(sums.b, multipliers[o + 1], shifts[o + 1]);
      output[o + 2] = finish(sums.c, multipliers[o + 2], shifts[o + 2]);
      output[o + 3] = finish(sums.d, multipliers[o + 3], shifts[o + 3]);
    }
  }
  for (; o < channels; ++o) {
    const int32_t sum = window.Sum(o / multiplier, o, zero_point);
    output[o] = finish(sum + (bias == nullptr ? 0 : bias[o]), multipliers[o], shifts[o]);
  }
}

}  // namespace

void DepthwiseConvLoop(const ConvQuantized& p, const int8_t* input, const int8_t* filter,
                       const int32_t* bias, int8_t* output) {
  const int32_t taps = p.shape.filter_height * p.shape.filter_width;
  const dsp::Int8Output finish(p.output_zero_point, p.range,
                               dsp::AreSmall(taps, bias, p.shape.output_channels));
  ForEachDepthwiseWindow(
      p.shape, input, filter, output,
      [&](const DepthwiseWindow& window, int8_t* to) { Position(p, finish, window, bias, to); });
}

size_t DepthwiseConvScratchBytes(const ConvShape&) { return 0; }

}  // namespace millrace::micro
