// CONV_3D, CONV_3D_TRANSPOSE: convolutions of volumes [batch, depth, height, width, channels] with
// a fused activation (None, Relu, ReluN1To1, Relu6), all float32.
#ifndef MILLRACE_MICRO_KERNELS_CONV_3D_H_
#define MILLRACE_MICRO_KERNELS_CONV_3D_H_

#include "micro/core/op.h"

namespace millrace::micro {

// input, filter [depth, height, width, input channels, output channels], bias (optional; one an
// output channel) -> output. Any stride, dilation and padding.
extern const OpRegistration kConv3DOp;
// the output's shape (int32 [5]), filter [depth, height, width, output channels, input channels],
// input, bias as above -> output. Any stride and padding, no dilation.
extern const OpRegistration kConv3DTransposeOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_CONV_3D_H_
