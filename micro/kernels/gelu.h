// GELU: out = in * P(X <= in), X of the standard normal distribution; with the approximate option
// 0.5 in (1 + tanh(sqrt(2 / pi) (in + 0.044715 in^3))).
#ifndef MILLRACE_MICRO_KERNELS_GELU_H_
#define MILLRACE_MICRO_KERNELS_GELU_H_

#include "micro/core/op.h"

namespace millrace::micro {

// Input and output: one type, as many elements. Types: float32; int8, uint8 and int16 with a scale
// each.
extern const OpRegistration kGeluOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_GELU_H_
