// CAST: the elements as another type.
#ifndef MILLRACE_MICRO_KERNELS_CAST_H_
#define MILLRACE_MICRO_KERNELS_CAST_H_

#include "micro/core/op.h"

namespace millrace::micro {

// Any of float32, int8, int16, int32, int64, uint8, uint16, uint32, bool, as many elements.
// Integers keep their low bits; a float loses its fraction (and becomes the nearest int64 first, 0
// when it is not a number); bool is whether the value is not 0.
extern const OpRegistration kCastOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_CAST_H_
