// What ops that resize images have in common: input 0 an image [batch, height, width, depth], input
// 1 the output's [height, width].
#ifndef MILLRACE_MICRO_KERNELS_COMMON_RESIZE_H_
#define MILLRACE_MICRO_KERNELS_COMMON_RESIZE_H_

#include "micro/core/op.h"

namespace millrace::micro {

// Shapes, and a size that is constant; types are the op's to check. kInvalidShape by context.Fail.
Status CheckResize(const OpContext& context);
// In invoke: a size that was computed must be the output's.
Status CheckResizedSize(const OpContext& context);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_COMMON_RESIZE_H_
