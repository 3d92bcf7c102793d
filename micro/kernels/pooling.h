// AVERAGE_POOL_2D, MAX_POOL_2D, L2_POOL_2D: pooling of images [batch, height, width, channels] with
// a fused activation (None, Relu, ReluN1To1, Relu6).
#ifndef MILLRACE_MICRO_KERNELS_POOLING_H_
#define MILLRACE_MICRO_KERNELS_POOLING_H_

#include "micro/core/op.h"

namespace millrace::micro {

// float32; average and maximum also int8, uint8 and int16, input and output quantised alike.
extern const OpRegistration kAveragePool2DOp;
extern const OpRegistration kMaxPool2DOp;
extern const OpRegistration kL2Pool2DOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_POOLING_H_
