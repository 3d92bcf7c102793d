// EXP, LOG: the exponential and the natural logarithm of each element.
#ifndef MILLRACE_MICRO_KERNELS_EXP_LOG_H_
#define MILLRACE_MICRO_KERNELS_EXP_LOG_H_

#include "micro/core/op.h"

namespace millrace::micro {

// input -> output of its type and as many elements: float32; int8; int16, zero points 0. The
// logarithm of a quantised value that is not positive is the lowest that the output has.
extern const OpRegistration kExpOp;
extern const OpRegistration kLogOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_EXP_LOG_H_
