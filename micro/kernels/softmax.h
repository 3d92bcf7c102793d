// SOFTMAX: out_i = exp(beta * (in_i - max_j in_j)) / sum_j exp(beta * (in_j - max_j in_j)) along
// the last dimension.
#ifndef MILLRACE_MICRO_KERNELS_SOFTMAX_H_
#define MILLRACE_MICRO_KERNELS_SOFTMAX_H_

#include "micro/core/op.h"

namespace millrace::micro {

// input, output of the same shape, at least one dimension. Types:
//   float32 -> float32;
//   int8 -> int8 (scale 1/256, zero point -128) or int16 (scale 1/65536, zero point -32768);
//   uint8 -> uint8 (scale 1/256, zero point 0) or int16 as above;
//   int16 -> int16 (scale 1/32768), zero points 0.
extern const OpRegistration kSoftmaxOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_SOFTMAX_H_
