// ADD_N: the sum of any number of tensors.
#ifndef MILLRACE_MICRO_KERNELS_ADD_N_H_
#define MILLRACE_MICRO_KERNELS_ADD_N_H_

#include "micro/core/op.h"

namespace millrace::micro {

// Inputs and output are of one type and shape. Types: float32, int32; int8, where the inputs have
// one scale and zero point.
// The sum is of (x - zero point) * scale over all inputs; tflite-micro subtracts the zero point
// once too often.
extern const OpRegistration kAddNOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_ADD_N_H_
