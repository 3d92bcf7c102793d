#include "micro/kernels/common/dynamic_quantization.h"

#include "micro/kernels/common/quantization.h"

namespace millrace::micro {
namespace {

// Halves away from zero. |x| < 2^30; not a number: 0.
int32_t Round(float x) {
  if (!(x > -1e9f && x < 1e9f)) return 0;
  const int32_t whole = static_cast<int32_t>(x);
  const float rest = x - static_cast<float>(whole);
  return whole + (rest >= 0.5f ? 1 : rest <= -0.5f ? -1 : 0);
}

void Quantize(const float* values, int32_t count, float inverse, int32_t zero_point, int32_t low,
              int8_t* quantized) {
  for (int32_t i = 0; i < count; ++i) {
    quantized[i] = static_cast<int8_t>(Clamp(zero_point + Round(values[i] * inverse), low, 127));
  }
}

struct Extremes {
  float min = 0.0f;
  float max = 0.0f;
};

Extremes ExtremesOf(const float* values, int32_t count) {
  Extremes e;
  for (int32_t i = 0; i < count; ++i) {
    if (values[i] < e.min) e.min = values[i];
    if (values[i] > e.max) e.max = values[i];
  }
  return e;
}

}  // namespace

DynamicScale QuantizeSymmetric(const float* values, int32_t count, int8_t* quantized) {
  const Extremes e = ExtremesOf(values, count);
  const float range = -e.min > e.max ? -e.min : e.max;
  const bool zeros = range == 0.0f;
  Quantize(values, count, zeros ? 0.0f : 127.0f / range, 0, -127, quantized);
  return {zeros ? 1.0f : range / 127.0f, 0};
}

DynamicScale QuantizeAsymmetric(const float* values, int32_t count, int8_t* quantized) {
  const Extremes e = ExtremesOf(values, count);
  if (e.min == e.max) {
    Quantize(values, count, 0.0f, 0, -128, quantized);
    return {1.0f, 0};
  }
  const float scale = (e.max - e.min) / 255.0f;
  // From the end that is nearer to 0, where the zero point is more exact.
  const float low = e.min / scale, high = e.max / scale;
  const float zero_point = 128.0f - low < 127.0f + high ? -128.0f - low : 127.0f - high;
  const int32_t rounded = Clamp(Round(zero_point), -128, 127);
  Quantize(values, count, 1.0f / scale, rounded, -128, quantized);
  return {scale, rounded};
}

}  // namespace millrace::micro
