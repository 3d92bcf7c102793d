// RSQRT: out = 1 / sqrt(in).
#ifndef MILLRACE_MICRO_KERNELS_RSQRT_H_
#define MILLRACE_MICRO_KERNELS_RSQRT_H_

#include "micro/core/op.h"

namespace millrace::micro {

// Input and output: one type, as many elements. Types: float32; int8 and int16 with a scale each,
// where 0 gives the largest value and a negative input makes Invoke fail with kInvokeFailed.
extern const OpRegistration kRsqrtOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_RSQRT_H_
