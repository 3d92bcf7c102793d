// LOGISTIC: out = 1 / (1 + e^-in). TANH: out = tanh(in).
#ifndef MILLRACE_MICRO_KERNELS_LOGISTIC_TANH_H_
#define MILLRACE_MICRO_KERNELS_LOGISTIC_TANH_H_

#include "micro/core/op.h"

namespace millrace::micro {

// Input and output: one type, as many elements. Types: float32; int8 and uint8 whose output has the
// scale 1/256 (LOGISTIC) or 1/128 (TANH) and the zero point of the lowest or middle value; int16
// with an output scale of 1/32768 and zero points 0.
extern const OpRegistration kLogisticOp;
extern const OpRegistration kTanhOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_LOGISTIC_TANH_H_
