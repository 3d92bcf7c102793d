// BUCKETIZE: in which of the intervals between boundaries a value lies.
#ifndef MILLRACE_MICRO_KERNELS_BUCKETIZE_H_
#define MILLRACE_MICRO_KERNELS_BUCKETIZE_H_

#include "micro/core/op.h"

namespace millrace::micro {

// input (float32, float64, int32, int64) -> int32: how many boundaries (of the options, rising) are
// not above the value.
extern const OpRegistration kBucketizeOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_BUCKETIZE_H_
