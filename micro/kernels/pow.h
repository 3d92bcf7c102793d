// POW: out = a^b.
#ifndef MILLRACE_MICRO_KERNELS_POW_H_
#define MILLRACE_MICRO_KERNELS_POW_H_

#include "micro/core/op.h"

namespace millrace::micro {

// a, b and the output are of one type; a and b broadcast to the output. Types: float32; int32,
// which wraps, with exponents >= 0: a negative one makes Invoke fail with kInvokeFailed.
extern const OpRegistration kPowOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_POW_H_
