// RANGE: start, start + delta, ... up to limit, which is not among them.
#ifndef MILLRACE_MICRO_KERNELS_RANGE_H_
#define MILLRACE_MICRO_KERNELS_RANGE_H_

#include "micro/core/op.h"

namespace millrace::micro {

// start, limit, delta: one element each, of the output's type: int32, int64 or float32. The output
// has as many elements as that makes.
extern const OpRegistration kRangeOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_RANGE_H_
