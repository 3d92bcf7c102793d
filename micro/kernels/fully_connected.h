// FULLY_CONNECTED: out = activation(in * filter^T + bias).
#ifndef MILLRACE_MICRO_KERNELS_FULLY_CONNECTED_H_
#define MILLRACE_MICRO_KERNELS_FULLY_CONNECTED_H_

#include "micro/core/op.h"

namespace millrace::micro {

// input [..., depth] (any shape whose elements divide by depth), filter [units, depth], bias
// [units] (optional), output with elements / depth * units elements. Types: all float32; or int8
// with int8 filter (one scale, or one a unit) and int32 bias.
extern const OpRegistration kFullyConnectedOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_FULLY_CONNECTED_H_
