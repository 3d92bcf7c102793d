// SPLIT, SPLIT_V, UNPACK: one tensor as several.
#ifndef MILLRACE_MICRO_KERNELS_SPLIT_H_
#define MILLRACE_MICRO_KERNELS_SPLIT_H_

#include "micro/core/op.h"

namespace millrace::micro {

// axis (one integer), value -> outputs of equal shapes, which add up to the value's along the axis.
extern const OpRegistration kSplitOp;
// value, sizes [outputs], axis -> outputs of those sizes along the axis; one size may be -1.
extern const OpRegistration kSplitVOp;
// value -> its slices along the axis, without that dimension.
extern const OpRegistration kUnpackOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_SPLIT_H_
