// Depthwise convolutions for Armv8.1-M with Helium: eight channels at once, or eight outputs of
// one channel.
#include "micro/kernels/arm/mve/output.h"
#include "micro/kernels/loops/depthwise_windows.h"

namespace millrace::micro {
namespace {

// Of channels 0, 2, 4, 6 and 1, 3, 5, 7.
struct Sums {
  int32x4_t even, odd;
};

// Adds the products of eight channels. A compiler would keep the distances of taps in memory.
inline Sums EightChannels(const DepthwiseWindow& window, int32_t channel, int16_t zero_point,
                          Sums sums) {
  const int8_t* x = window.x + channel;
  const int8_t* w = window.w + channel;
  int32_t rows = window.rows;
  if (rows == 0) return sums;
  __asm__(
      "1:\n"
      "  wls lr, %[columns], 3f\n"
      "2:\n"
      "  vldrb.s16 q0, [%[x]]\n"
      "  vldrb.s16 q1, [%[w]]\n"
      "  vsub.i16 q0, q0, %[zero_point]\n"
      "  add %[x], %[x], %[x_column]\n"
      "  vmullb.s16 q2, q0, q1\n"
      "  vmullt.s16 q0, q0, q1\n"
      "  add %[w], %[w], %[w_column]\n"
      "  vadd.i32 %q[even], %q[even], q2\n"
      "  vadd.i32 %q[odd], %q[odd], q0\n"
      "  le lr, 2b\n"
      "3:\n"
      "  add %[x], %[x], %[x_return]\n"
      "  add %[w], %[w], %[w_return]\n"
      "  subs %[rows], %[rows], #1\n"
      "  bne 1b\n"
      :
      [x] "+&r"(x), [w] "+&r"(w), [rows] "+&r"(rows), [even] "+&w"(sums.even), [odd] "+&w"(sums.odd)
      : [columns] "r"(window.columns), [zero_point] "r"(zero_point),
        [x_column] "r"(window.x_column), [w_column] "r"(window.w_column),
        [x_return] "r"(window.x_row - window.columns * window.x_column),
        [w_return] "r"(window.w_row - window.columns * window.w_column)
      : "q0", "q1", "q2", "lr", "cc", "memory");
  return sums;
}

// Sums of outputs 0 to 3 and 4 to 7 of one channel.
struct Halves {
  int32x4_t low, high;
};

// Adds the products of eight outputs of one input channel.
inline Halves EightOfOneChannel(const DepthwiseWindow& window, int32_t channel,
                                int32_t output_channel, int32_t zero_point, Halves sums) {
  const int8_t* x = window.x + channel;
  const int8_t* w = window.w + output_channel;
  int32_t rows = window.rows, value;
  if (rows == 0) return sums;
  __asm__(
      "1:\n"
      "  wls lr, %[columns], 3f\n"
      "2:\n"
      "  ldrsb %[value], [%[x]]\n"
      "  vldrb.s32 q0, [%[w]]\n"
      "  sub %[value], %[value], %[zero_point]\n"
      "  vldrb.s32 q1, [%[w], #4]\n"
      "  add %[x], %[x], %[x_column]\n"
      "  vmla.s32 %q[low], q0, %[value]\n"
      "  add %[w], %[w], %[w_column]\n"
      "  vmla.s32 %q[high], q1, %[value]\n"
      "  le lr, 2b\n"
      "3:\n"
      "  add %[x], %[x], %[x_return]\n"
      "  add %[w], %[w], %[w_return]\n"
      "  subs %[rows], %[rows], #1\n"
      "  bne 1b\n"
      : [x] "+&r"(x), [w] "+&r"(w), [rows] "+&r"(rows), [value] "=&r"(value), [low] "+&w"(sums.low),
        [high] "+&w"(sums.high)
      : [columns] "r"(window.columns), [zero_point] "r"(zero_point),
        [x_column] "r"(window.x_column), [w_column] "r"(window.w_column),
        [x_return] "r"(window.x_row - window.columns * window.x_column),
        [w_return] "r"(window.w_row - window.columns * window.w_column)
      : "q0", "q1", "lr", "cc", "memory");
  return sums;
}

struct Layer {
  mve::Int8Output output;
  int32_t zero_point;  // of the input
  int32_t channels;    // of the output
  int32_t multiplier;
  const int32_t* bias;  // or nullptr
  ChannelFactors factors;
  int32_t* sums;  // room for one a channel
};

// Each sums channels from the first on and returns how many.
int32_t SumByEights(const Layer& layer, const DepthwiseWindow& window) {
  const uint32x4_t pairs = vidupq_n_u32(0, 2);
  int32_t o = 0;
  for (; o + 8 <= layer.channels; o += 8) {
    Sums sums = {vdupq_n_s32(0), vdupq_n_s32(0)};
    if (layer.bias != nullptr) {
      sums.even = vldrwq_gather_shifted_offset_s32(layer.bias + o, pairs);
      sums.odd = vldrwq_gather_shifted_offset_s32(layer.bias + o + 1, pairs);
    }
    sums = EightChannels(window, o, static_cast<int16_t>(layer.zero_point), sums);
    vstrwq_scatter_shifted_offset_s32(layer.sums + o, pairs, sums.even);
    vstrwq_scatter_shifted_offset_s32(layer.sums + o + 1, pairs, sums.odd);
  }
  return o;
}
int32_t SumByEightsOfOneChannel(const Layer& layer, const DepthwiseWindow& window) {
  int32_t o = 0;
  for (int32_t channel = 0; o < layer.channels; ++channel) {
    for (int32_t k = 0; k < layer.multiplier; k += 8, o += 8) {
      Halves sums = {vdupq_n_s32(0), vdupq_n_s32(0)};
      if (layer.bias != nullptr) {
        sums = {vldrwq_s32(layer.bias + o), vldrwq_s32(layer.bias + o + 4)};
      }
      sums = EightOfOneChannel(window, channel, o, layer.zero_point, sums);
      vstrwq_s32(layer.sums + o, sums.low);
      vstrwq_s32(layer.sums + o + 4, sums.high);
    }
  }
  return o;
}

// All channels of one position.
void Position(const Layer& layer, const DepthwiseWindow& window, int8_t* output) {
  int32_t o = layer.multiplier == 1       ? SumByEights(layer, window)
              : layer.multiplier % 8 == 0 ? SumByEightsOfOneChannel(layer, window)
                                          : 0;
  for (; o < layer.channels; ++o) {
    const int32_t bias = layer.bias == nullptr ? 0 : layer.bias[o];
    layer.sums[o] = bias + window.Sum(o / layer.multiplier, o, layer.zero_point);
  }
  mve::FinishChannels(layer.output, layer.factors, layer.sums, layer.channels, output);
}

}  // namespace

void DepthwiseConvLoop(const ConvQuantized& p, const int8_t* input, const int8_t* filter,
                       const int32_t* bias, int8_t* output) {
  const Layer layer = {{p.output_zero_point, p.range},
                       p.input_zero_point,
                       p.shape.output_channels,
                       p.shape.output_channels / p.shape.input_channels,
                       bias,
                       p.factors,
                       static_cast<int32_t*>(p.scratch)};
  ForEachDepthwiseWindow(
      p.shape, input, filter, output,
      [&](const DepthwiseWindow& window, int8_t* to) { Position(layer, window, to); });
}

size_t DepthwiseConvScratchBytes(const ConvShape& s) {
  return static_cast<size_t>(s.output_channels) * sizeof(int32_t);
}

}  // namespace millrace::micro
