// SELECT and SELECT_V2: out = condition ? a : b, element by element.
#ifndef MILLRACE_MICRO_KERNELS_SELECT_H_
#define MILLRACE_MICRO_KERNELS_SELECT_H_

#include "micro/core/op.h"

namespace millrace::micro {

// condition: bool. a, b and the output: one type of 1, 2, 4 or 8 bytes. SELECT_V2 broadcasts all
// three. SELECT wants a and b of the output's shape and a condition that is of that shape too, or a
// scalar, or a vector with one element for each row (index of dimension 0).
extern const OpRegistration kSelectOp;
extern const OpRegistration kSelectV2Op;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_SELECT_H_
