// Logistic function, hyperbolic tangent, hard swish and exponential linear units of floats.
#ifndef MILLRACE_MICRO_KERNELS_LOOPS_FLOAT_ACTIVATION_H_
#define MILLRACE_MICRO_KERNELS_LOOPS_FLOAT_ACTIVATION_H_

#include <cstdint>

namespace millrace::micro {

// output[i] = f(input[i]); the output may be the input.
void LogisticLoop(const float* input, int32_t count, float* output);
void TanhLoop(const float* input, int32_t count, float* output);
// x * (x + 3 within 0 .. 6) / 6
void HardSwishLoop(const float* input, int32_t count, float* output);
// x, or e^x - 1 where it is negative
void EluLoop(const float* input, int32_t count, float* output);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_LOOPS_FLOAT_ACTIVATION_H_
