// DEQUANTIZE: a quantised tensor as float32.
#ifndef MILLRACE_MICRO_KERNELS_DEQUANTIZE_H_
#define MILLRACE_MICRO_KERNELS_DEQUANTIZE_H_

#include "micro/core/op.h"

namespace millrace::micro {

// The output has as many elements as the input. Types: int8, uint8, int16 and int32 with a scale;
// float16.
extern const OpRegistration kDequantizeOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_DEQUANTIZE_H_
