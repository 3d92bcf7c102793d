// BATCH_MATMUL: products of matrices, batch by batch.
#ifndef MILLRACE_MICRO_KERNELS_BATCH_MATMUL_H_
#define MILLRACE_MICRO_KERNELS_BATCH_MATMUL_H_

#include "micro/core/op.h"

namespace millrace::micro {

// x [..., m, k] ([..., k, m] with adj_x), y [..., k, n] ([..., n, k] with adj_y), output [..., m,
// n]; the dimensions before the last two broadcast; at most 8 dimensions. Types: all float32, all
// int8, all int16; or float32 with y of int8 (the rows of x are then quantised).
extern const OpRegistration kBatchMatmulOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_BATCH_MATMUL_H_
