// CONV_2D and DEPTHWISE_CONV_2D: convolutions of images [batch, height, width, channels] with a
// fused activation (None, Relu, ReluN1To1, Relu6), any stride, dilation and padding.
#ifndef MILLRACE_MICRO_KERNELS_CONV_H_
#define MILLRACE_MICRO_KERNELS_CONV_H_

#include "micro/core/op.h"
#include "micro/kernels/loops/conv.h"

namespace millrace::micro {

// input, filter, bias (optional; one an output channel) -> output
//   all float32;
//   int8, int8 or int4 with one scale or one an output channel, int32 -> int8;
//   uint8, uint8 with one scale and any zero point, int32 -> uint8;
//   int16, int8 (scales as above), int32 or int64 -> int16, zero points 0;
//   float32, int8 or int4, float32 -> float32 (hybrid): the input is quantised while invoking,
//     symmetrically by kConv2DOp when the filter has one scale, else asymmetrically.
// kConv2DOp: filter [output channels, height, width, input channels / groups].
// kDepthwiseConv2DOp: filter [1, height, width, output channels], output channels a multiple of the
// input's.
extern const OpRegistration kConv2DOp;
extern const OpRegistration kDepthwiseConv2DOp;

// What a convolution of float weights that one of them prepared is to compute.
ConvFloat FloatConvOf(const OpContext& context);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_CONV_H_
