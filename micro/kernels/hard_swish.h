// HARD_SWISH: out = in * min(max(in + 3, 0), 6) / 6.
#ifndef MILLRACE_MICRO_KERNELS_HARD_SWISH_H_
#define MILLRACE_MICRO_KERNELS_HARD_SWISH_H_

#include "micro/core/op.h"

namespace millrace::micro {

// Input and output: one type, as many elements. Types: float32; int8 and uint8 with a scale each.
extern const OpRegistration kHardSwishOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_HARD_SWISH_H_
