// FULLY_CONNECTED: out = activation(in * filter^T + bias).
#ifndef MILLRACE_MICRO_KERNELS_FULLY_CONNECTED_H_
#define MILLRACE_MICRO_KERNELS_FULLY_CONNECTED_H_

#include "micro/core/op.h"

namespace millrace::micro {

// input [..., depth] (any shape whose elements divide by depth), filter [units, depth], bias
// [units] (optional), output with elements / depth * units elements. Types of input, filter, bias
// -> output:
//   all float32;
//   int8, int8 or int4 with one scale or one a unit, int32 -> int8;
//   uint8, uint8 with one scale and any zero point, int32 -> uint8;
//   int16, int8 (scales as above), int32 or int64 -> int16, zero points 0;
//   float32, int8 or int4, float32 -> float32 (hybrid): each row of the input is quantised while
//     invoking, symmetrically unless the options ask for the other.
extern const OpRegistration kFullyConnectedOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_FULLY_CONNECTED_H_
