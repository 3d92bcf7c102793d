#include "micro/kernels/loops/dynamic_quantization.h"

#include <immintrin.h>

#include <algorithm>
#include <cstring>

namespace millrace::micro {
namespace {

// Whole numbers, halves away from zero. 0 for what is not a number, or 10^9 and beyond.
__m256i Round8(__m256 x) {
  const __m256 magnitude = _mm256_andnot_ps(_mm256_set1_ps(-0.0f), x);
  x = _mm256_and_ps(x, _mm256_cmp_ps(magnitude, _mm256_set1_ps(1e9f), _CMP_LT_OQ));
  const __m256i whole = _mm256_cvttps_epi32(x);
  const __m256 rest = _mm256_sub_ps(x, _mm256_cvtepi32_ps(whole));
  // A comparison that holds is -1.
  const __m256i up = _mm256_castps_si256(_mm256_cmp_ps(rest, _mm256_set1_ps(0.5f), _CMP_GE_OQ));
  const __m256i down = _mm256_castps_si256(_mm256_cmp_ps(rest, _mm256_set1_ps(-0.5f), _CMP_LE_OQ));
  return _mm256_add_epi32(_mm256_sub_epi32(whole, up), down);
}

}  // namespace

FloatRange RangeOf(const float* values, int32_t count) {
  __m256 low = _mm256_setzero_ps(), high = _mm256_setzero_ps();
  int32_t i = 0;
  for (; i + 8 <= count; i += 8) {
    // The second operand is what comes out for a value that is not a number.
    const __m256 x = _mm256_loadu_ps(values + i);
    low = _mm256_min_ps(x, low);
    high = _mm256_max_ps(x, high);
  }
  float lows[8], highs[8];
  _mm256_storeu_ps(lows, low);
  _mm256_storeu_ps(highs, high);
  FloatRange range = {*std::min_element(lows, lows + 8), *std::max_element(highs, highs + 8)};
  for (; i < count; ++i) {
    if (values[i] < range.low) range.low = values[i];
    if (values[i] > range.high) range.high = values[i];
  }
  return range;
}

void QuantizeRow(const float* values, int32_t count, float inverse, int32_t zero_point, int32_t low,
                 int8_t* quantized) {
  const __m256 factor = _mm256_set1_ps(inverse);
  const __m256i zero = _mm256_set1_epi32(zero_point);
  const __m256i lowest = _mm256_set1_epi32(low), highest = _mm256_set1_epi32(127);
  const auto eight = [&](const float* from, int8_t* to) {
    const __m256i steps = Round8(_mm256_mul_ps(_mm256_loadu_ps(from), factor));
    const __m256i value =
        _mm256_min_epi32(highest, _mm256_max_epi32(lowest, _mm256_add_epi32(zero, steps)));
    const __m128i words =
        _mm_packs_epi32(_mm256_castsi256_si128(value), _mm256_extracti128_si256(value, 1));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(to), _mm_packs_epi16(words, words));
  };
  int32_t i = 0;
  for (; i + 8 <= count; i += 8) eight(values + i, quantized + i);
  if (i == count) return;
  const auto rest = static_cast<size_t>(count - i);
  float from[8] = {};
  int8_t to[8];
  std::memcpy(from, values + i, rest * sizeof(float));
  eight(from, to);
  std::memcpy(quantized + i, to, rest);
}

}  // namespace millrace::micro
