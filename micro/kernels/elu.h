// ELU: out = in for in >= 0, e^in - 1 below.
#ifndef MILLRACE_MICRO_KERNELS_ELU_H_
#define MILLRACE_MICRO_KERNELS_ELU_H_

#include "micro/core/op.h"

namespace millrace::micro {

// Input and output: one type, as many elements. Types: float32; int8 with a scale each.
extern const OpRegistration kEluOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_ELU_H_
