// MEAN, SUM, REDUCE_PROD: reductions by arithmetic.
#ifndef MILLRACE_MICRO_KERNELS_REDUCE_SUM_H_
#define MILLRACE_MICRO_KERNELS_REDUCE_SUM_H_

#include "micro/core/op.h"

namespace millrace::micro {

// input, axes (int32 or int64; negative ones from the end; repeated ones count once), output with
// the remaining elements. float32, int32, int64; int8, uint8 and int16 by the published scheme, the
// output quantised as it likes.
extern const OpRegistration kMeanOp;
extern const OpRegistration kSumOp;
// float32, int32, int64; int8 and int16 over constant axes, the output quantised as it likes.
extern const OpRegistration kReduceProdOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_REDUCE_SUM_H_
