// SHAPE, RANK: dimensions as values.
#ifndef MILLRACE_MICRO_KERNELS_SHAPE_H_
#define MILLRACE_MICRO_KERNELS_SHAPE_H_

#include "micro/core/op.h"

namespace millrace::micro {

// input of any type, output [rank] int32 or int64: the dimensions.
extern const OpRegistration kShapeOp;
// input of any type, output int32 of one element: how many dimensions.
extern const OpRegistration kRankOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_SHAPE_H_
