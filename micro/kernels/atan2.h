// ATAN2: the angle of the point (x, y).
#ifndef MILLRACE_MICRO_KERNELS_ATAN2_H_
#define MILLRACE_MICRO_KERNELS_ATAN2_H_

#include "micro/core/op.h"

namespace millrace::micro {

// y, x -> output, all float32, or float64; y and x broadcast to the output.
extern const OpRegistration kAtan2Op;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_ATAN2_H_
