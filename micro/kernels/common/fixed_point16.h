// Logistic function and hyperbolic tangent in 16-bit fixed point, as TensorFlow Lite's integer LSTM
// computes them (arXiv 1712.05877, appendix A.1, with 16 bits throughout). See fixed_point.h.
// A value with `integer_bits` bits before the point has 15 - integer_bits behind it.
#ifndef MILLRACE_MICRO_KERNELS_COMMON_FIXED_POINT16_H_
#define MILLRACE_MICRO_KERNELS_COMMON_FIXED_POINT16_H_

#include <cstdint>

namespace millrace::micro {

// 1 / (1 + e^-x); integer_bits 0 .. 5. The result has 15 bits behind the point.
int16_t LogisticFixed16(int16_t x, int integer_bits);

// tanh(x); integer_bits 0 .. 6. The result has 15 bits behind the point.
int16_t TanhFixed16(int16_t x, int integer_bits);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_COMMON_FIXED_POINT16_H_
