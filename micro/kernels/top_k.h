// TOPK_V2: the largest elements of each row, and where they are.
#ifndef MILLRACE_MICRO_KERNELS_TOP_K_H_
#define MILLRACE_MICRO_KERNELS_TOP_K_H_

#include "micro/core/op.h"

namespace millrace::micro {

// input [..., n] (float32, int8, uint8, int16, int32, int64), k (one int32, at most n); outputs
// [..., k]: the values, largest first, and their indices, int32 or int16; of equal values the one
// with the lower index comes first.
extern const OpRegistration kTopkV2Op;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_TOP_K_H_
