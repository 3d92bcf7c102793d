// The inner loops of 2-D convolutions, ordinary and by channel (depthwise). Images are
// [batch, height, width, channels].
#ifndef MILLRACE_MICRO_KERNELS_LOOPS_CONV_H_
#define MILLRACE_MICRO_KERNELS_LOOPS_CONV_H_

#include <cstddef>
#include <cstdint>

#include "micro/core/schema.h"
#include "micro/kernels/common/activation.h"
#include "micro/kernels/common/channel_requant.h"

namespace millrace::micro {

// All positive but the padding, which is not negative.
struct ConvShape {
  int32_t batches;
  int32_t input_height, input_width, input_channels;
  int32_t output_height, output_width, output_channels;
  int32_t filter_height, filter_width;
  // Ordinary: input channels of a group; groups = input_channels / filter_channels divides
  // output_channels. Depthwise: not used; output_channels is a multiple of input_channels.
  int32_t filter_channels;
  int32_t stride_height, stride_width;
  int32_t dilation_height, dilation_width;
  int32_t padding_top, padding_left;
};

struct ConvQuantized {
  ConvShape shape;
  int32_t input_zero_point;
  int32_t output_zero_point;
  IntRange range;
  ChannelFactors factors;  // of output channels
  void* scratch;           // as many bytes as the ScratchBytes of the loop says
};

struct ConvFloat {
  ConvShape shape;
  FloatRange range;
};

// Input quantised while invoking, one scale and zero point for each batch.
struct ConvHybrid {
  ConvShape shape;
  FloatRange range;
  float input_scale;
  int32_t input_zero_point;
  const float* filter_scales;  // one, or one for each output channel
  bool by_channel;
};

// Ordinary convolutions: filter [output_channels, filter_height, filter_width, filter_channels],
//   out[b][y][x][o] = clamp(zp_out + requant_o(bias[o] + sum_{i,j,c}
//       (in[b][y * stride - padding + i * dilation][x ...][first channel of o's group + c] - zp_in)
//       * filter[o][i][j][c]))
// Depthwise: filter [1, filter_height, filter_width, output_channels],
//   ... sum_{i,j} (in[b][...][...][o / multiplier] - zp_in) * filter[0][i][j][o]
// with taps outside of the image left out. bias: one an output channel, or nullptr.

// int8 weights. scratch: ConvScratchBytes, DepthwiseConvScratchBytes.
void ConvLoop(const ConvQuantized& p, const int8_t* input, const int8_t* filter,
              const int32_t* bias, int8_t* output);
void DepthwiseConvLoop(const ConvQuantized& p, const int8_t* input, const int8_t* filter,
                       const int32_t* bias, int8_t* output);
size_t ConvScratchBytes(const ConvShape& shape);
size_t DepthwiseConvScratchBytes(const ConvShape& shape);

// Packed int4 weights.
void ConvInt4Loop(const ConvQuantized& p, const int8_t* input, const uint8_t* filter,
                  const int32_t* bias, int8_t* output);
void DepthwiseConvInt4Loop(const ConvQuantized& p, const int8_t* input, const uint8_t* filter,
                           const int32_t* bias, int8_t* output);

// uint8 activations and weights, as the format's oldest models have them; weights have a zero
// point.
void ConvUInt8Loop(const ConvQuantized& p, const uint8_t* input, const uint8_t* filter,
                   int32_t filter_zero_point, const int32_t* bias, uint8_t* output);
void DepthwiseConvUInt8Loop(const ConvQuantized& p, const uint8_t* input, const uint8_t* filter,
                            int32_t filter_zero_point, const int32_t* bias, uint8_t* output);

// int16 activations, all zero points 0. bias: int32, or int64, which makes sums and their rounding
// those of 64 bits, also when bias is nullptr.
void ConvInt16Loop(const ConvQuantized& p, const int16_t* input, const int8_t* filter,
                   const void* bias, TensorType bias_type, int16_t* output);
void DepthwiseConvInt16Loop(const ConvQuantized& p, const int16_t* input, const int8_t* filter,
                            const void* bias, TensorType bias_type, int16_t* output);

void ConvLoop(const ConvFloat& p, const float* input, const float* filter, const float* bias,
              float* output);
void DepthwiseConvLoop(const ConvFloat& p, const float* input, const float* filter,
                       const float* bias, float* output);

// Weights of filter_type int8 or int4; one batch.
void ConvLoop(const ConvHybrid& p, const int8_t* input, const void* filter, TensorType filter_type,
              const float* bias, float* output);
void DepthwiseConvLoop(const ConvHybrid& p, const int8_t* input, const void* filter,
                       TensorType filter_type, const float* bias, float* output);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_LOOPS_CONV_H_
