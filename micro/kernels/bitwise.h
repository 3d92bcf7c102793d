// BITCAST, BITWISE_XOR, RIGHT_SHIFT.
#ifndef MILLRACE_MICRO_KERNELS_BITWISE_H_
#define MILLRACE_MICRO_KERNELS_BITWISE_H_

#include "micro/core/op.h"

namespace millrace::micro {

// The input's bytes as another type: of the same size, or with a last dimension more or less.
extern const OpRegistration kBitcastOp;
// a ^ b with broadcasting, of integers of 8, 16 or 32 bits or bool.
extern const OpRegistration kBitwiseXorOp;
// a >> b with broadcasting, of integers of 8, 16 or 32 bits; a shift below 0 counts as 0, one
// beyond the type's bits as the last that is one.
extern const OpRegistration kRightShiftOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_BITWISE_H_
