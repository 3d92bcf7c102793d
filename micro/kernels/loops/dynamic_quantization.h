// Quantisation of float activations while invoking, for layers whose weights alone are quantised
// (hybrid models).
#ifndef MILLRACE_MICRO_KERNELS_LOOPS_DYNAMIC_QUANTIZATION_H_
#define MILLRACE_MICRO_KERNELS_LOOPS_DYNAMIC_QUANTIZATION_H_

#include <cstdint>

#include "micro/kernels/common/activation.h"
#include "micro/kernels/common/quantization.h"

namespace millrace::micro {

// The smallest and the largest of the values and 0; what is not a number does not count.
FloatRange RangeOf(const float* values, int32_t count);

// quantized = clamp(zero_point + round(value * inverse), low, 127), halves away from zero. Not a
// number, or 10^9 and beyond: zero_point.
void QuantizeRow(const float* values, int32_t count, float inverse, int32_t zero_point, int32_t low,
                 int8_t* quantized);

// real = scale * (quantized - zero_point)
struct DynamicScale {
  float scale;
  int32_t zero_point;
};

// Steps so that the largest magnitude becomes 127; zero point 0. All zeros (and nothing finite):
// scale 1. Neither is inlined: an image has them once.
__attribute__((noinline)) inline DynamicScale QuantizeSymmetric(const float* values, int32_t count,
                                                                int8_t* quantized) {
  const FloatRange real = RangeOf(values, count);
  const float range = -real.low > real.high ? -real.low : real.high;
  const bool zeros = range == 0.0f;
  QuantizeRow(values, count, zeros ? 0.0f : 127.0f / range, 0, -127, quantized);
  return {zeros ? 1.0f : range / 127.0f, 0};
}

// Steps so that the range of the values, widened to hold 0, becomes -128 .. 127.
__attribute__((noinline)) inline DynamicScale QuantizeAsymmetric(const float* values, int32_t count,
                                                                 int8_t* quantized) {
  const FloatRange real = RangeOf(values, count);
  if (real.low == real.high) {
    QuantizeRow(values, count, 0.0f, 0, -128, quantized);
    return {1.0f, 0};
  }
  const float scale = (real.high - real.low) / 255.0f;
  // From the end that is nearer to 0, where the zero point is more exact.
  const float low = real.low / scale, high = real.high / scale;
  const float zero_point = 128.0f - low < 127.0f + high ? -128.0f - low : 127.0f - high;
  const int32_t rounded = Clamp(RoundToInt(zero_point), -128, 127);
  QuantizeRow(values, count, 1.0f / scale, rounded, -128, quantized);
  return {scale, rounded};
}

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_LOOPS_DYNAMIC_QUANTIZATION_H_
