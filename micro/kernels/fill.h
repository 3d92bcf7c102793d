// FILL: a tensor of one value.
#ifndef MILLRACE_MICRO_KERNELS_FILL_H_
#define MILLRACE_MICRO_KERNELS_FILL_H_

#include "micro/core/op.h"

namespace millrace::micro {

// dims (a vector of int32 or int64), value (one element), output of those dimensions.
extern const OpRegistration kFillOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_FILL_H_
