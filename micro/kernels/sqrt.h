// SQRT: out = sqrt(in).
#ifndef MILLRACE_MICRO_KERNELS_SQRT_H_
#define MILLRACE_MICRO_KERNELS_SQRT_H_

#include "micro/core/op.h"

namespace millrace::micro {

// Input and output: one type, as many elements. Types: float32; int8 and int16 with a scale each,
// whose results are cut, not rounded, and a negative input makes Invoke fail with kInvokeFailed.
extern const OpRegistration kSqrtOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_SQRT_H_
