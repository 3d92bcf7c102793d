// FLOOR_DIV and FLOOR_MOD: the quotient rounded down, and what is left: a = b * floor(a / b) + mod.
#ifndef MILLRACE_MICRO_KERNELS_FLOOR_DIV_MOD_H_
#define MILLRACE_MICRO_KERNELS_FLOOR_DIV_MOD_H_

#include "micro/core/op.h"

namespace millrace::micro {

// a, b and the output are of one type; a and b broadcast to the output. Types: float32, int8,
// int16, int32; FLOOR_MOD int64 too. An integer divisor of 0 makes Invoke fail with kInvokeFailed.
extern const OpRegistration kFloorDivOp;
extern const OpRegistration kFloorModOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_FLOOR_DIV_MOD_H_
