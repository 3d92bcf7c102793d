// MAXIMUM and MINIMUM: out = max(a, b), out = min(a, b).
#ifndef MILLRACE_MICRO_KERNELS_MAXIMUM_MINIMUM_H_
#define MILLRACE_MICRO_KERNELS_MAXIMUM_MINIMUM_H_

#include "micro/core/op.h"

namespace millrace::micro {

// a, b and the output are of one type; a and b broadcast to the output. Types: float32, int8,
// uint8, int16, int32, int64. Quantised values are compared as they are: both inputs and the output
// have one scale.
extern const OpRegistration kMaximumOp;
extern const OpRegistration kMinimumOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_MAXIMUM_MINIMUM_H_
