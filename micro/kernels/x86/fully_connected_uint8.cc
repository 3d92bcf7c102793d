#include <algorithm>

#include "micro/kernels/loops/fully_connected.h"
#include "micro/kernels/x86/patch.h"

namespace millrace::micro {
namespace {

constexpr int32_t kMaxDepth = 4096;  // elements of a row at once
constexpr int kRows = 4;             // of the filter at once
constexpr int32_t kStep = 16;

int32_t Total(__m256i lanes) {
  __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256(lanes, 1));
  sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0x4E));
  return _mm_cvtsi128_si32(_mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0xB1)));
}

// sums[r] += sum_d x[d] * (row r of the filter [d] - zero), d < n.
void AddDots(const int16_t* x, const uint8_t* const* rows, int count, int32_t n, int32_t zero,
             int32_t* sums) {
  const __m256i zeros = _mm256_set1_epi16(static_cast<int16_t>(zero));
  __m256i acc[kRows];
  for (__m256i& a : acc) a = _mm256_setzero_si256();
  int32_t d = 0;
  for (; d + kStep <= n; d += kStep) {
    const __m256i values = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(x + d));
    for (int r = 0; r < count; ++r) {
      const __m256i words =
          _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(rows[r] + d)));
      acc[r] = _mm256_add_epi32(acc[r], _mm256_madd_epi16(values, _mm256_sub_epi16(words, zeros)));
    }
  }
  for (int r = 0; r < count; ++r) {
    sums[r] += Total(acc[r]);
    for (int32_t i = d; i < n; ++i) sums[r] += x[i] * (rows[r][i] - zero);
  }
}

}  // namespace

void FullyConnectedUInt8Loop(const FullyConnectedQuantized& p, const uint8_t* input,
                             const uint8_t* filter, const int32_t* bias, uint8_t* output) {
  int16_t x[kMaxDepth];
  for (int32_t b = 0; b < p.batches; ++b, input += p.depth) {
    for (int32_t u = 0; u < p.units; u += kRows) {
      const int count = std::min<int32_t>(kRows, p.units - u);
      const uint8_t* rows[kRows];
      int32_t sums[kRows];
      for (int r = 0; r < count; ++r) sums[r] = bias == nullptr ? 0 : bias[u + r];
      for (int32_t d = 0; d < p.depth; d += kMaxDepth) {
        const int32_t n = std::min(kMaxDepth, p.depth - d);
        // A row that is read at once is widened once.
        if (u == 0 || p.depth > kMaxDepth) x86::Widen(input + d, n, p.input_zero_point, x);
        for (int r = 0; r < count; ++r) rows[r] = filter + ptrdiff_t{u + r} * p.depth + d;
        AddDots(x, rows, count, n, p.filter_zero_point, sums);
      }
      for (int r = 0; r < count; ++r) {
        const int32_t value = p.Requantized(sums[r], u + r) + p.output_zero_point;
        *output++ = static_cast<uint8_t>(Clamp(value, p.range.low, p.range.high));
      }
    }
  }
}

}  // namespace millrace::micro
