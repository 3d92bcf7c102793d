// EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL.
#ifndef MILLRACE_MICRO_KERNELS_COMPARISONS_H_
#define MILLRACE_MICRO_KERNELS_COMPARISONS_H_

#include "micro/core/op.h"

namespace millrace::micro {

// a and b are of one type and broadcast to the output, which is bool. Types: float32, int16, int32,
// int64; bool for EQUAL and NOT_EQUAL; int8 and uint8 with a scale each, by their real values.
extern const OpRegistration kEqualOp;
extern const OpRegistration kNotEqualOp;
extern const OpRegistration kLessOp;
extern const OpRegistration kLessEqualOp;
extern const OpRegistration kGreaterOp;
extern const OpRegistration kGreaterEqualOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_COMPARISONS_H_
