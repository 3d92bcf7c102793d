// ARG_MAX, ARG_MIN: where along an axis the extreme is; the first of equal ones.
#ifndef MILLRACE_MICRO_KERNELS_ARG_MIN_MAX_H_
#define MILLRACE_MICRO_KERNELS_ARG_MIN_MAX_H_

#include "micro/core/op.h"

namespace millrace::micro {

// input (float32, int8, uint8, int16, int32, int64, bool), axis (one integer), output int32 or
// int64.
extern const OpRegistration kArgMaxOp;
extern const OpRegistration kArgMinOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_ARG_MIN_MAX_H_
