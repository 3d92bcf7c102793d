// REAL, IMAG, COMPLEX_ABS: parts and magnitude of complex numbers.
#ifndef MILLRACE_MICRO_KERNELS_COMPLEX_H_
#define MILLRACE_MICRO_KERNELS_COMPLEX_H_

#include "micro/core/op.h"

namespace millrace::micro {

// complex64 -> float32 of equally many elements.
extern const OpRegistration kRealOp;
extern const OpRegistration kImagOp;
extern const OpRegistration kComplexAbsOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_COMPLEX_H_
