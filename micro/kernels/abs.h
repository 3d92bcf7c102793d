// ABS: out = |in|.
#ifndef MILLRACE_MICRO_KERNELS_ABS_H_
#define MILLRACE_MICRO_KERNELS_ABS_H_

#include "micro/core/op.h"

namespace millrace::micro {

// Input and output: one type, as many elements. Types: float32, int32; int8 and int16 with a scale
// each.
extern const OpRegistration kAbsOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_ABS_H_
