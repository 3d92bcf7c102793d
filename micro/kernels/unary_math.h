// Functions of one tensor, element by element: NEG, SIGN, CEIL, FLOOR, ROUND, SQUARE, SIN, COS.
#ifndef MILLRACE_MICRO_KERNELS_UNARY_MATH_H_
#define MILLRACE_MICRO_KERNELS_UNARY_MATH_H_

#include "micro/core/op.h"

namespace millrace::micro {

// Input and output: one type, as many elements. All take float32; NEG int8, int16 (as
// plain numbers), int32 and int64 too, SIGN int32 too. ROUND rounds halves to even.
extern const OpRegistration kNegOp;
extern const OpRegistration kSignOp;
extern const OpRegistration kCeilOp;
extern const OpRegistration kFloorOp;
extern const OpRegistration kRoundOp;
extern const OpRegistration kSquareOp;
extern const OpRegistration kSinOp;
extern const OpRegistration kCosOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_UNARY_MATH_H_
