// ZEROS_LIKE: zeros of the input's type and shape.
#ifndef MILLRACE_MICRO_KERNELS_ZEROS_LIKE_H_
#define MILLRACE_MICRO_KERNELS_ZEROS_LIKE_H_

#include "micro/core/op.h"

namespace millrace::micro {

// Any type of whole bytes; the output has the input's type and as many elements.
extern const OpRegistration kZerosLikeOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_ZEROS_LIKE_H_
