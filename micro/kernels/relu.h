// RELU, RELU6, RELU_N1_TO_1, RELU_0_TO_1: out = in within [0, infinity), [0, 6], [-1, 1], [0, 1].
#ifndef MILLRACE_MICRO_KERNELS_RELU_H_
#define MILLRACE_MICRO_KERNELS_RELU_H_

#include "micro/core/op.h"

namespace millrace::micro {

// Input and output: one type, as many elements. Types: float32; int8, uint8 and int16 with a scale
// each.
extern const OpRegistration kReluOp;
extern const OpRegistration kRelu6Op;
extern const OpRegistration kReluN1To1Op;
extern const OpRegistration kRelu0To1Op;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_RELU_H_
