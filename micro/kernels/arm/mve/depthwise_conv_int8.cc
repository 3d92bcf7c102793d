// Depthwise convolutions for Armv8.1-M with Helium: eight channels at once; four outputs of one
// channel where there are several.
#include "micro/kernels/arm/mve/output.h"
#include "micro/kernels/common/quantization.h"
#include "micro/kernels/loops/depthwise_windows.h"

namespace millrace::micro {
namespace {

// Of channels 0, 2, 4, 6 and 1, 3, 5, 7.
struct Sums {
  int32x4_t even, odd;
};

inline Sums EightChannels(const DepthwiseWindow& window, int32_t channel, int32_t zero_point,
                          Sums sums) {
  const int8_t* x_row = window.x + channel;
  const int8_t* w_row = window.w + channel;
  const int32_t x_step = window.x_column, w_step = window.w_column;
  for (int32_t i = window.rows; i > 0; --i) {
    const int8_t* x = x_row;
    const int8_t* w = w_row;
    for (int32_t j = window.columns; j > 0; --j, x += x_step, w += w_step) {
      const int16x8_t value = vsubq_n_s16(vldrbq_s16(x), static_cast<int16_t>(zero_point));
      const int16x8_t weight = vldrbq_s16(w);
      sums.even = vaddq_s32(sums.even, vmullbq_int_s16(value, weight));
      sums.odd = vaddq_s32(sums.odd, vmulltq_int_s16(value, weight));
    }
    x_row += window.x_row;
    w_row += window.w_row;
  }
  return sums;
}

inline int32x4_t FourOfOneChannel(const DepthwiseWindow& window, int32_t channel,
                                  int32_t output_channel, int32_t zero_point, int32x4_t sums) {
  const int8_t* x_row = window.x + channel;
  const int8_t* w_row = window.w + output_channel;
  const int32_t x_step = window.x_column, w_step = window.w_column;
  for (int32_t i = window.rows; i > 0; --i) {
    const int8_t* x = x_row;
    const int8_t* w = w_row;
    for (int32_t j = window.columns; j > 0; --j, x += x_step, w += w_step) {
      sums = vmlaq_n_s32(sums, vldrbq_s32(w), *x - zero_point);
    }
    x_row += window.x_row;
    w_row += window.w_row;
  }
  return sums;
}

struct Layer {
  mve::Int8Output output;
  int32_t zero_point;  // of the input
  int32_t channels;    // of the output
  int32_t multiplier;
  const int32_t* bias;
  const int32_t* multipliers;
  const int8_t* shifts;

  // Channel by channel; returns how many were done.
  int32_t ByEights(const DepthwiseWindow& window, int8_t* to) const;
  int32_t ByFoursOfOneChannel(const DepthwiseWindow& window, int8_t* to) const;
  void OneByOne(const DepthwiseWindow& window, int32_t first, int8_t* to) const;
};

inline int32_t Layer::ByEights(const DepthwiseWindow& window, int8_t* to) const {
  const uint32x4_t pairs = vidupq_n_u32(0, 2);
  int32_t o = 0;
  for (; o + 8 <= channels; o += 8) {
    Sums sums = {vdupq_n_s32(0), vdupq_n_s32(0)};
    if (bias != nullptr) {
      sums.even = vldrwq_gather_shifted_offset_s32(bias + o, pairs);
      sums.odd = vldrwq_gather_shifted_offset_s32(bias + o + 1, pairs);
    }
    sums = EightChannels(window, o, zero_point, sums);
    const int16x8_t shift = vldrbq_s16(shifts + o);
    sums.even = mve::Requantized(
        sums.even, vldrwq_gather_shifted_offset_s32(multipliers + o, pairs), vmovlbq_s16(shift));
    sums.odd = mve::Requantized(
        sums.odd, vldrwq_gather_shifted_offset_s32(multipliers + o + 1, pairs), vmovltq_s16(shift));
    // Together again; what int16 does not hold the range does not either.
    int16x8_t y = vqmovntq_s32(vqmovnbq_s32(vdupq_n_s16(0), sums.even), sums.odd);
    y = vqaddq_n_s16(y, static_cast<int16_t>(output.zero_point));
    y = vmaxq_s16(y, vdupq_n_s16(static_cast<int16_t>(output.range.low)));
    y = vminq_s16(y, vdupq_n_s16(static_cast<int16_t>(output.range.high)));
    vstrbq_s16(to + o, y);
  }
  return o;
}

inline int32_t Layer::ByFoursOfOneChannel(const DepthwiseWindow& window, int8_t* to) const {
  int32_t o = 0;
  for (int32_t channel = 0; o < channels; ++channel) {
    for (int32_t k = 0; k < multiplier; k += 4, o += 4) {
      int32x4_t sums = bias == nullptr ? vdupq_n_s32(0) : vldrwq_s32(bias + o);
      sums = FourOfOneChannel(window, channel, o, zero_point, sums);
      sums = mve::Requantized(sums, vldrwq_s32(multipliers + o), vldrbq_s32(shifts + o));
      vstrbq_s32(to + o, output.Clamped(sums));
    }
  }
  return o;
}

void Layer::OneByOne(const DepthwiseWindow& window, int32_t first, int8_t* to) const {
  for (int32_t o = first; o < channels; ++o) {
    int32_t sum = window.Sum(o / multiplier, o, zero_point);
    if (bias != nullptr) sum += bias[o];
    sum = MultiplyByRequant(sum, multipliers[o], shifts[o]) + output.zero_point;
    to[o] = static_cast<int8_t>(Clamp(sum, output.range.low, output.range.high));
  }
}

}  // namespace

void DepthwiseConvLoop(const ConvQuantized& p, const int8_t* input, const int8_t* filter,
                       const int32_t* bias, int8_t* output) {
  const Layer layer = {{p.output_zero_point, p.range},
                       p.input_zero_point,
                       p.shape.output_channels,
                       p.shape.output_channels / p.shape.input_channels,
                       bias,
                       p.factors.multipliers,
                       p.factors.shifts};
  ForEachDepthwiseWindow(p.shape, input, filter, output,
                         [layer](const DepthwiseWindow& window, int8_t* to) {
                           int32_t done = 0;
                           if (layer.multiplier == 1) {
                             done = layer.ByEights(window, to);
                           } else if (layer.multiplier % 4 == 0) {
                             done = layer.ByFoursOfOneChannel(window, to);
                           }
                           layer.OneByOne(window, done, to);
                         });
}

size_t DepthwiseConvScratchBytes(const ConvShape&) { return 0; }

}  // namespace millrace::micro
