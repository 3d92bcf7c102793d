// DIV: out = activation(a / b).
#ifndef MILLRACE_MICRO_KERNELS_DIV_H_
#define MILLRACE_MICRO_KERNELS_DIV_H_

#include "micro/core/op.h"

namespace millrace::micro {

// a, b and the output are of one type; a and b broadcast to the output. Types: float32; int32
// (towards zero); int8, uint8 and int16 with a scale each. An integer divisor that stands for 0
// makes Invoke fail with kInvokeFailed.
extern const OpRegistration kDivOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_DIV_H_
