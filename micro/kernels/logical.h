// LOGICAL_AND, LOGICAL_OR, LOGICAL_NOT.
#ifndef MILLRACE_MICRO_KERNELS_LOGICAL_H_
#define MILLRACE_MICRO_KERNELS_LOGICAL_H_

#include "micro/core/op.h"

namespace millrace::micro {

// bool inputs and output; the inputs of AND and OR broadcast to the output.
extern const OpRegistration kLogicalAndOp;
extern const OpRegistration kLogicalOrOp;
extern const OpRegistration kLogicalNotOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_LOGICAL_H_
