// TILE, BROADCAST_TO: a tensor repeated.
#ifndef MILLRACE_MICRO_KERNELS_TILE_H_
#define MILLRACE_MICRO_KERNELS_TILE_H_

#include "micro/core/op.h"

namespace millrace::micro {

// input, multiples [rank], output: the input so many times along each dimension.
extern const OpRegistration kTileOp;
// input, shape [rank of the output], output: the input stretched along dimensions of size 1.
extern const OpRegistration kBroadcastToOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_TILE_H_
