// GATHER: slices of a tensor, by their positions along one axis.
#ifndef MILLRACE_MICRO_KERNELS_GATHER_H_
#define MILLRACE_MICRO_KERNELS_GATHER_H_

#include "micro/core/op.h"

namespace millrace::micro {

// params, positions (int8, int16, int32 or int64), output [params before the axis, positions after
// the batch dimensions, params behind the axis]. Options axis and batch_dims. Any type of fixed
// size. A position outside of the axis fails the invoke (kInvokeFailed).
extern const OpRegistration kGatherOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_GATHER_H_
