// DYNAMIC_UPDATE_SLICE: a tensor with a box of it replaced.
#ifndef MILLRACE_MICRO_KERNELS_DYNAMIC_UPDATE_SLICE_H_
#define MILLRACE_MICRO_KERNELS_DYNAMIC_UPDATE_SLICE_H_

#include "micro/core/op.h"

namespace millrace::micro {

// operand, update (no dimension longer than the operand's), start [rank] (int32 or int64), output
// of the operand's type and shape. The start is moved so that the update lies inside. In place
// where the operand is not needed any more.
extern const OpRegistration kDynamicUpdateSliceOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_DYNAMIC_UPDATE_SLICE_H_
