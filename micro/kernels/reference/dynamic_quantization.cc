#include "micro/kernels/loops/dynamic_quantization.h"

namespace millrace::micro {
namespace {

int32_t Round(float x) {
  if (!(x > -1e9f && x < 1e9f)) return 0;
  const int32_t whole = static_cast<int32_t>(x);
  const float rest = x - static_cast<float>(whole);
  return whole + (rest >= 0.5f ? 1 : rest <= -0.5f ? -1 : 0);
}

}  // namespace

FloatRange RangeOf(const float* values, int32_t count) {
  FloatRange range = {0.0f, 0.0f};
  for (int32_t i = 0; i < count; ++i) {
    if (values[i] < range.low) range.low = values[i];
    if (values[i] > range.high) range.high = values[i];
  }
  return range;
}

void QuantizeRow(const float* values, int32_t count, float inverse, int32_t zero_point, int32_t low,
                 int8_t* quantized) {
  for (int32_t i = 0; i < count; ++i) {
    quantized[i] = static_cast<int8_t>(Clamp(zero_point + Round(values[i] * inverse), low, 127));
  }
}

}  // namespace millrace::micro
