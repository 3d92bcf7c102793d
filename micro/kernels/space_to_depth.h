// SPACE_TO_DEPTH, DEPTH_TO_SPACE: blocks of pixels as channels, and back.
#ifndef MILLRACE_MICRO_KERNELS_SPACE_TO_DEPTH_H_
#define MILLRACE_MICRO_KERNELS_SPACE_TO_DEPTH_H_

#include "micro/core/op.h"

namespace millrace::micro {

// [batch, height, width, depth] -> [batch, height / n, width / n, depth * n * n].
extern const OpRegistration kSpaceToDepthOp;
// [batch, height, width, depth] -> [batch, height * n, width * n, depth / (n * n)].
extern const OpRegistration kDepthToSpaceOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_SPACE_TO_DEPTH_H_
