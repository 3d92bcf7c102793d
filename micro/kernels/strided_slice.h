// STRIDED_SLICE: every n-th element along each dimension, as Python's x[a:b:n] has it.
#ifndef MILLRACE_MICRO_KERNELS_STRIDED_SLICE_H_
#define MILLRACE_MICRO_KERNELS_STRIDED_SLICE_H_

#include "micro/core/op.h"

namespace millrace::micro {

// input, begin [n], end [n], strides [n], output. All five masks; negative strides; `end` counted
// from `begin` with the option offset. Any type of fixed size.
extern const OpRegistration kStridedSliceOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_STRIDED_SLICE_H_
