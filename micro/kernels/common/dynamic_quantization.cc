#include "micro/kernels/common/dynamic_quantization.h"

#include "micro/kernels/common/quantization.h"

namespace millrace::micro {
namespace {

// Halves away from zero. Comparisons are so written that what is not a number becomes `low`.
int8_t RoundInto(float x, float low, float high) {
  const float bounded = x > low ? (x < high ? x : high) : low;
  return static_cast<int8_t>(static_cast<int32_t>(bounded + (bounded < 0.0f ? -0.5f : 0.5f)));
}

}  // namespace

RowScale QuantizeRowSymmetric(const float* row, int32_t n, int8_t* quantized) {
  float largest = 0.0f;
  for (int32_t i = 0; i < n; ++i) {
    const float magnitude = row[i] < 0.0f ? -row[i] : row[i];
    if (magnitude > largest) largest = magnitude;
  }
  if (largest == 0.0f) {
    __builtin_memset(quantized, 0, static_cast<size_t>(n));
    return {1.0f, 0};
  }
  const float steps = 127.0f / largest;
  for (int32_t i = 0; i < n; ++i) quantized[i] = RoundInto(row[i] * steps, -127.0f, 127.0f);
  return {largest / 127.0f, 0};
}

RowScale QuantizeRowAsymmetric(const float* row, int32_t n, int8_t* quantized) {
  float low = 0.0f, high = 0.0f;
  for (int32_t i = 0; i < n; ++i) {
    if (row[i] < low) low = row[i];
    if (row[i] > high) high = row[i];
  }
  if (low == high) {
    __builtin_memset(quantized, 0, static_cast<size_t>(n));
    return {1.0f, 0};
  }
  const float scale = (high - low) / 255.0f;
  // The zero point is taken from the end of the range at which it is the more exact.
  const float from_low = -128.0f - low / scale, from_high = 127.0f - high / scale;
  const bool low_is_better = 128.0f - low / scale < 127.0f + high / scale;
  const int8_t zero_point = RoundInto(low_is_better ? from_low : from_high, -128.0f, 127.0f);
  for (int32_t i = 0; i < n; ++i) {
    quantized[i] = RoundInto(static_cast<float>(zero_point) + row[i] / scale, -128.0f, 127.0f);
  }
  return {scale, zero_point};
}

}  // namespace millrace::micro
