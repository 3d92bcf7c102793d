// ADD and SUB: out = activation(a + b), out = activation(a - b).
#ifndef MILLRACE_MICRO_KERNELS_ADD_SUB_H_
#define MILLRACE_MICRO_KERNELS_ADD_SUB_H_

#include "micro/core/op.h"

namespace millrace::micro {

// a, b and the output are of one type; a and b broadcast to the output. Types: float32; int32 and
// int64; int8, uint8 and int16 with a scale each.
extern const OpRegistration kAddOp;
extern const OpRegistration kSubOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_ADD_SUB_H_
