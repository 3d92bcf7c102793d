// The inner loops of transposed convolutions. Each output element gathers the input elements that
// reach it, so that nothing but the output is written. kernels/reference/ holds them in plain C++.
#ifndef MILLRACE_MICRO_KERNELS_LOOPS_TRANSPOSE_CONV_H_
#define MILLRACE_MICRO_KERNELS_LOOPS_TRANSPOSE_CONV_H_

#include <cstdint>

#include "micro/kernels/common/activation.h"
#include "micro/kernels/common/channel_requant.h"
#include "micro/kernels/common/int16_layer.h"
#include "micro/kernels/common/quantization.h"

namespace millrace::micro {

// One spatial axis.
struct TransposeConvAxis {
  int32_t input;
  int32_t output;
  int32_t filter;
  int32_t stride;
  int32_t padding;  // output elements before the first
};

// The filter taps that reach an output element: first, first + stride, ... < end; tap `f` meets the
// input element (at - f) / stride.
struct TransposeConvTaps {
  int32_t at;
  int32_t first;
  int32_t end;
};

// Not inline: it is not in the innermost loops.
__attribute__((noinline)) inline TransposeConvTaps TapsOf(const TransposeConvAxis& axis,
                                                          int32_t output) {
  const int32_t at = output + axis.padding;
  // at - f <= (input - 1) * stride
  const int64_t least = at - int64_t{axis.input - 1} * axis.stride;
  int32_t first = at % axis.stride;
  if (least > first) first = static_cast<int32_t>(least);  // congruent to at, so to first
  const int32_t end = at + 1 < axis.filter ? at + 1 : axis.filter;
  return {at, first, end};
}

struct TransposeConvShape {
  int32_t batches;
  int32_t depth;     // channels of the input
  int32_t channels;  // of the output
  TransposeConvAxis y;
  TransposeConvAxis x;
};

struct TransposeConvInt {
  TransposeConvShape shape;
  int32_t input_zero_point;
  int32_t output_zero_point;
  IntRange range;
  ChannelFactors factors;

  Int16Requant RequantOfInt16(const void* bias, TensorType bias_type) const {
    return {factors, {}, range, {bias, bias_type}, true};
  }
};

// out[b][oy][ox][c] = clamp(zp_out + requant(bias[c] + sum (in[b][iy][ix][d] - zp_in) *
// filter[c][fy][fx][d])) over all d, iy, ix, fy, fx with oy + padding = iy * stride + fy, and so
// for x. bias may be nullptr.
void TransposeConvLoop(const TransposeConvInt& p, const int8_t* input, const int8_t* filter,
                       const int32_t* bias, int8_t* output);
void TransposeConvUInt8Loop(const TransposeConvInt& p, const uint8_t* input, const uint8_t* filter,
                            int32_t filter_zero_point, const int32_t* bias, uint8_t* output);
// All zero points 0, sums of 64 bits; bias: int32 or int64.
void TransposeConvInt16Loop(const TransposeConvInt& p, const int16_t* input, const int8_t* filter,
                            const void* bias, TensorType bias_type, int16_t* output);

// Input quantised while invoking, one batch.
struct TransposeConvHybrid {
  TransposeConvShape shape;
  FloatRange range;
  float input_scale;
  int32_t input_zero_point;
  const float* filter_scales;  // one, or one for each channel
  bool by_channel;
};

void TransposeConvLoop(const TransposeConvHybrid& p, const int8_t* input, const int8_t* filter,
                       const float* bias, float* output);

struct TransposeConvFloat {
  TransposeConvShape shape;
  FloatRange range;
};

void TransposeConvLoop(const TransposeConvFloat& p, const float* input, const float* filter,
                       const float* bias, float* output);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_LOOPS_TRANSPOSE_CONV_H_
