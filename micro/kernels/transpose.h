// TRANSPOSE: dimensions in another order.
#ifndef MILLRACE_MICRO_KERNELS_TRANSPOSE_H_
#define MILLRACE_MICRO_KERNELS_TRANSPOSE_H_

#include "micro/core/op.h"

namespace millrace::micro {

// input, perm [rank] (int32 or int64), output: dimension i of the output is perm[i] of the input.
extern const OpRegistration kTransposeOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_TRANSPOSE_H_
