// SPACE_TO_BATCH_ND, BATCH_TO_SPACE_ND: blocks of pixels as batches, and back.
#ifndef MILLRACE_MICRO_KERNELS_SPACE_TO_BATCH_ND_H_
#define MILLRACE_MICRO_KERNELS_SPACE_TO_BATCH_ND_H_

#include "micro/core/op.h"

namespace millrace::micro {

// input [batch, spatial..., rest...], block [n], paddings [n, 2], output. The border is 0 (the
// output's zero point).
extern const OpRegistration kSpaceToBatchNdOp;
// input, block [n], crops [n, 2], output.
extern const OpRegistration kBatchToSpaceNdOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_SPACE_TO_BATCH_ND_H_
