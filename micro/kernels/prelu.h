// PRELU: out = in for in >= 0, alpha * in below, with alpha a tensor.
#ifndef MILLRACE_MICRO_KERNELS_PRELU_H_
#define MILLRACE_MICRO_KERNELS_PRELU_H_

#include "micro/core/op.h"

namespace millrace::micro {

// Inputs: in, alpha. in, alpha and the output are of one type; in and alpha broadcast to the
// output. Types: float32; int8, int16 and uint8 with a scale each.
extern const OpRegistration kPreluOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_PRELU_H_
