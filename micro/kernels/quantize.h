// QUANTIZE: a tensor in the output's scale and type.
#ifndef MILLRACE_MICRO_KERNELS_QUANTIZE_H_
#define MILLRACE_MICRO_KERNELS_QUANTIZE_H_

#include "micro/core/op.h"

namespace millrace::micro {

// The output has as many elements as the input. Types: float32, int8, uint8, int16 or int32 to
// int8, uint8, int16 or int32, each integer with a scale. Values beyond the output's range become
// its ends.
extern const OpRegistration kQuantizeOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_QUANTIZE_H_
