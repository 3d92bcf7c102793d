// CUMSUM: running sums along an axis.
#ifndef MILLRACE_MICRO_KERNELS_CUMSUM_H_
#define MILLRACE_MICRO_KERNELS_CUMSUM_H_

#include "micro/core/op.h"

namespace millrace::micro {

// input, axis (one integer), output of the input's type and shape. float32, int32, int64, int8
// (rescaled to the output's scale; the sum begins with the input's 0, not with the zero point, as
// in TensorFlow Lite Micro). Options exclusive, reverse.
extern const OpRegistration kCumsumOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_CUMSUM_H_
