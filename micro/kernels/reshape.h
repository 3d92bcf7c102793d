// RESHAPE, SQUEEZE, EXPAND_DIMS: the same elements under another shape, without a copy where the
// input is not needed any more.
#ifndef MILLRACE_MICRO_KERNELS_RESHAPE_H_
#define MILLRACE_MICRO_KERNELS_RESHAPE_H_

#include "micro/core/op.h"

namespace millrace::micro {

// input of any type of fixed size, output of the same type with as many elements. What the output's
// shape is stands in the model; further inputs (new shape, axis) and options only say it again.
extern const OpRegistration kReshapeOp;
extern const OpRegistration kSqueezeOp;
extern const OpRegistration kExpandDimsOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_RESHAPE_H_
