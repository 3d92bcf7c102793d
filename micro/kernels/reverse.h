// REVERSE_V2: dimensions backwards.
#ifndef MILLRACE_MICRO_KERNELS_REVERSE_H_
#define MILLRACE_MICRO_KERNELS_REVERSE_H_

#include "micro/core/op.h"

namespace millrace::micro {

// input, axes (int32 or int64), output of the input's type and shape.
extern const OpRegistration kReverseV2Op;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_REVERSE_H_
