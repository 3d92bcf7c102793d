// LEAKY_RELU: out = in for in >= 0, alpha * in below.
#ifndef MILLRACE_MICRO_KERNELS_LEAKY_RELU_H_
#define MILLRACE_MICRO_KERNELS_LEAKY_RELU_H_

#include "micro/core/op.h"

namespace millrace::micro {

// Input and output: one type, as many elements. Types: float32; int8, uint8 and int16 with a scale
// each.
extern const OpRegistration kLeakyReluOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_LEAKY_RELU_H_
