// REDUCE_MAX, REDUCE_MIN, REDUCE_ALL, REDUCE_ANY: reductions by choice.
#ifndef MILLRACE_MICRO_KERNELS_REDUCE_MAX_H_
#define MILLRACE_MICRO_KERNELS_REDUCE_MAX_H_

#include "micro/core/op.h"

namespace millrace::micro {

// input, axes, output of the input's type (and quantisation). float32, int8, uint8, int16, int32,
// int64, bool.
extern const OpRegistration kReduceMaxOp;
extern const OpRegistration kReduceMinOp;
// bool.
extern const OpRegistration kReduceAllOp;
extern const OpRegistration kReduceAnyOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_REDUCE_MAX_H_
