// SQRT: out = sqrt(in). RSQRT: out = 1 / sqrt(in).
#ifndef MILLRACE_MICRO_KERNELS_SQRT_H_
#define MILLRACE_MICRO_KERNELS_SQRT_H_

#include "micro/core/op.h"

namespace millrace::micro {

// Input and output: one type, as many elements. Types: float32; int8 and int16 with a scale each,
// where a negative input makes Invoke fail with kInvokeFailed. Square roots of integers are cut,
// not rounded; their inverses are rounded, and that of 0 is the largest value.
extern const OpRegistration kSqrtOp;
extern const OpRegistration kRsqrtOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_SQRT_H_
