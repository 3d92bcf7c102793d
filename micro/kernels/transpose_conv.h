// TRANSPOSE_CONV: the transpose of a convolution, as decoders use it to enlarge images.
#ifndef MILLRACE_MICRO_KERNELS_TRANSPOSE_CONV_H_
#define MILLRACE_MICRO_KERNELS_TRANSPOSE_CONV_H_

#include "micro/core/op.h"
#include "micro/kernels/loops/transpose_conv.h"

namespace millrace::micro {

// Inputs: the output's shape (int32[4]; what the output tensor's own shape says is what counts),
// filter [channels, height, width, depth], input [batch, height, width, depth], bias [channels]
// (optional); output [batch, height, width, channels]. Types: all float32; input and output int8
// with int32 bias, or int16 with int64 or int32 bias, both with an int8 filter of one scale or one
// a channel; or uint8 with a filter of uint8 and int32 bias; or float32 with an int8 filter
// (hybrid: the input is quantised while invoking, with a zero point for each batch).
extern const OpRegistration kTransposeConvOp;

// What one of float weights that it prepared is to compute.
TransposeConvFloat FloatTransposeConvOf(const OpContext& context);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_TRANSPOSE_CONV_H_
