// Convolutions for Armv8.1-M with Helium: four channels at once, 16 elements of a patch a step.
// The input's zero point is taken from the bias beforehand: sum (x - z) w = sum x w - z sum w.
#include "micro/kernels/arm/mve/dots.h"
#include "micro/kernels/arm/mve/output.h"
#include "micro/kernels/loops/patch.h"

namespace millrace::micro {
namespace {

// A window of one element lies in the image as it is.
bool IsInPlace(const ConvShape& s) { return s.filter_height == 1 && s.filter_width == 1; }

// Writes a patch; what lies outside of the image is the zero point.
struct Copy {
  int8_t* to;
  int8_t zero_point;

  void Inside(const int8_t* x, int32_t count) {
    for (; count >= 16; count -= 16, x += 16, to += 16) vstrbq_s8(to, vldrbq_s8(x));
    if (count == 0) return;
    const mve_pred16_t p = vctp8q(static_cast<uint32_t>(count));
    vstrbq_p_s8(to, vldrbq_z_s8(x, p), p);
    to += count;
  }
  void Outside(int32_t count) {
    const int8x16_t zeros = vdupq_n_s8(zero_point);
    for (; count > 0; count -= 16) {
      vstrbq_p_s8(to, zeros, vctp8q(static_cast<uint32_t>(count)));
      to += count < 16 ? count : 16;
    }
  }
};

struct Layer {
  mve::Int8Output output;
  int32_t depth;
  int32_t channels;
  const int8_t* filter;
  const int32_t* bias;  // less what the zero point adds
  ChannelFactors factors;
  int32_t* sums;  // room for one a channel and three more
};

// All channels of one position.
void Position(const Layer& layer, const int8_t* patch, int8_t* output) {
  const int32_t depth = layer.depth;
  const int8_t* w = layer.filter;
  const int32_t* bias = layer.bias;
  int32_t* sums = layer.sums;
  for (int32_t i = layer.channels >> 2; i > 0; --i) {
    mve::FourDots(patch, w, depth, depth, bias, sums);
    w += 4 * depth, bias += 4, sums += 4;
  }
  for (int32_t i = layer.channels & 3; i > 0; --i) {
    // One row four times; a sum too many is overwritten or behind the last.
    const int32_t start[4] = {*bias, 0, 0, 0};
    mve::FourDots(patch, w, 0, depth, start, sums);
    w += depth, bias += 1, sums += 1;
  }
  mve::FinishChannels(layer.output, layer.factors, layer.sums, layer.channels, output);
}

void Group(const ConvQuantized& p, const Layer& layer, const int8_t* input, int8_t* patch,
           int8_t* output) {
  const ConvShape& s = p.shape;
  const bool in_place = IsInPlace(s);
  const int32_t batch = s.input_height * s.input_width * s.input_channels;
  for (int32_t b = 0; b < s.batches; ++b, input += batch) {
    for (int32_t oy = 0; oy < s.output_height; ++oy) {
      const Taps rows = RowTaps(s, oy, s.dilation_height);
      for (int32_t ox = 0; ox < s.output_width; ++ox, output += s.output_channels) {
        if (in_place) {
          const int32_t at = oy * s.stride_height * s.input_width + ox * s.stride_width;
          Position(layer, input + at * s.input_channels, output);
          continue;
        }
        Copy copy = {patch, static_cast<int8_t>(p.input_zero_point)};
        ForEachRun(s, input, rows, ColumnTaps(s, ox, s.dilation_width), &copy);
        Position(layer, patch, output);
      }
    }
  }
}

}  // namespace

void ConvLoop(const ConvQuantized& p, const int8_t* input, const int8_t* filter,
              const int32_t* bias, int8_t* output) {
  const ConvShape& s = p.shape;
  const int32_t groups = s.input_channels / s.filter_channels;
  const int32_t depth = PatchSize(s);
  auto* folded = static_cast<int32_t*>(p.scratch);
  for (int32_t o = 0; o < s.output_channels; ++o) {
    folded[o] =
        (bias == nullptr ? 0 : bias[o]) - p.input_zero_point * mve::Sum(filter + o * depth, depth);
  }
  Layer layer = {
      {p.output_zero_point, p.range}, depth, s.output_channels / groups, filter, folded, p.factors,
      folded + s.output_channels};
  auto* patch = reinterpret_cast<int8_t*>(layer.sums + layer.channels + 3);
  for (int32_t g = 0; g < groups; ++g) {
    Group(p, layer, input + g * s.filter_channels, patch, output + g * layer.channels);
    layer.filter += layer.channels * depth;
    layer.bias += layer.channels;
    layer.factors.multipliers += layer.channels;
    layer.factors.shifts += layer.channels;
  }
}

size_t ConvScratchBytes(const ConvShape& s) {
  const int32_t words = 2 * s.output_channels + 3;
  return static_cast<size_t>(words) * sizeof(int32_t) +
         (IsInPlace(s) ? 0 : static_cast<size_t>(PatchSize(s)));
}

}  // namespace millrace::micro
