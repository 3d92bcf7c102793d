// LOG_SOFTMAX: out_i = x_i - log(sum_j exp(x_j)), x_i = in_i - max_j in_j, along the last
// dimension.
#ifndef MILLRACE_MICRO_KERNELS_LOG_SOFTMAX_H_
#define MILLRACE_MICRO_KERNELS_LOG_SOFTMAX_H_

#include "micro/core/op.h"

namespace millrace::micro {

// input, output of the same shape, at least one dimension. float32; or int8 or uint8, with an
// output whose scale is 1/16 and whose zero point is the highest value.
extern const OpRegistration kLogSoftmaxOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_LOG_SOFTMAX_H_
