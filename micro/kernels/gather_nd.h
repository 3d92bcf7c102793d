// GATHER_ND, SCATTER_ND: slices of a tensor, by positions along its first dimensions.
#ifndef MILLRACE_MICRO_KERNELS_GATHER_ND_H_
#define MILLRACE_MICRO_KERNELS_GATHER_ND_H_

#include "micro/core/op.h"

namespace millrace::micro {

// params, indices [..., n] (n at most params' rank), output [..., params behind its first n
// dimensions]. Any type of fixed size. A position outside fails the invoke (kInvokeFailed).
extern const OpRegistration kGatherNdOp;
// indices [..., n], updates [..., rest], shape; output of that shape: 0, with each update added at
// its place. float32, int8, int32, int64, uint8.
extern const OpRegistration kScatterNdOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_GATHER_ND_H_
