// Exponential, reciprocal, logistic function and hyperbolic tangent in 32-bit fixed point, as the
// integer kernels of TensorFlow Lite and TensorFlow Lite Micro compute them (arXiv 1712.05877,
// section 2.4 and appendix A.1): no table, no division, bit for bit the same on every machine.
// A value with `integer_bits` bits before the point has 31 - integer_bits behind it.
#ifndef MILLRACE_MICRO_KERNELS_COMMON_FIXED_POINT_H_
#define MILLRACE_MICRO_KERNELS_COMMON_FIXED_POINT_H_

#include <cstdint>

#include "micro/kernels/common/quantization.h"

namespace millrace::micro {

// e^x for x <= 0; integer_bits 0 .. 5. The result has 31 bits behind the point; e^0 is INT32_MAX.
int32_t ExpOfNegative(int32_t x, int integer_bits);

// 1 / (1 + x) for x in [0, 1); argument and result have 31 bits behind the point.
int32_t ReciprocalOfOnePlus(int32_t x);

// 1 / (1 + e^-x); integer_bits 0 .. 5. The result has 31 bits behind the point.
int32_t LogisticFixed(int32_t x, int integer_bits);

// tanh(x); integer_bits 0 .. 4. The result has 31 bits behind the point.
int32_t TanhFixed(int32_t x, int integer_bits);

// 1 / sqrt(x) for x >= 1, as a factor.
Requant InverseSqrt(int32_t x);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_COMMON_FIXED_POINT_H_
