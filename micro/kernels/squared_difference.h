// SQUARED_DIFFERENCE: out = (a - b)^2.
#ifndef MILLRACE_MICRO_KERNELS_SQUARED_DIFFERENCE_H_
#define MILLRACE_MICRO_KERNELS_SQUARED_DIFFERENCE_H_

#include "micro/core/op.h"

namespace millrace::micro {

// a, b and the output are of one type; a and b broadcast to the output. Types: float32, int32; int8
// and int16 with a scale each.
extern const OpRegistration kSquaredDifferenceOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_SQUARED_DIFFERENCE_H_
