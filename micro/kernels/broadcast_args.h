// BROADCAST_ARGS: the shape to which two shapes broadcast.
#ifndef MILLRACE_MICRO_KERNELS_BROADCAST_ARGS_H_
#define MILLRACE_MICRO_KERNELS_BROADCAST_ARGS_H_

#include "micro/core/op.h"

namespace millrace::micro {

// Two vectors of dimensions (int32 or int64), output a vector of the longer's length.
extern const OpRegistration kBroadcastArgsOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_BROADCAST_ARGS_H_
