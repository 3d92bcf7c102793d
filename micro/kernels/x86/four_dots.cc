#include "micro/kernels/loops/four_dots.h"

#include "micro/kernels/x86/float_dots.h"

namespace millrace::micro {
namespace {

constexpr int kRows = 4;
constexpr int32_t kIntStep = 16;

__m128i Total(const __m256i (&a)[kRows]) {
  const __m256i pairs =
      _mm256_hadd_epi32(_mm256_hadd_epi32(a[0], a[1]), _mm256_hadd_epi32(a[2], a[3]));
  return _mm_add_epi32(_mm256_castsi256_si128(pairs), _mm256_extracti128_si256(pairs, 1));
}

// Of elements first .. end - 1, a multiple of the step.
__m128i Steps(const int16_t* x, const int8_t* const rows[kRows], int32_t first, int32_t end) {
  __m256i acc[kRows] = {};
  for (int32_t i = first; i < end; i += kIntStep) {
    const __m256i value = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(x + i));
    MR_UNROLL
    for (int r = 0; r < kRows; ++r) {
      const __m256i w =
          _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(rows[r] + i)));
      acc[r] = _mm256_add_epi32(acc[r], _mm256_madd_epi16(value, w));
    }
  }
  return Total(acc);
}

template <typename X, typename W, typename Sum>
void AddRest(const X* x, const W* const rows[kRows], int32_t first, int32_t n, Sum sums[kRows]) {
  MR_UNROLL
  for (int r = 0; r < kRows; ++r) {
    for (int32_t i = first; i < n; ++i) sums[r] += static_cast<Sum>(x[i]) * rows[r][i];
  }
}

}  // namespace

void FourDots(const int16_t* x, const int8_t* const rows[4], int32_t n, int32_t sums[4]) {
  const int32_t whole = n / kIntStep * kIntStep;
  _mm_storeu_si128(reinterpret_cast<__m128i*>(sums), Steps(x, rows, 0, whole));
  AddRest(x, rows, whole, n, sums);
}

void FourDots(const int16_t* x, const int8_t* const rows[4], int32_t n, int64_t sums[4]) {
  constexpr int32_t kPart = 512;  // this many products fit 32 bits
  const int32_t whole = n / kIntStep * kIntStep;
  MR_UNROLL
  for (int r = 0; r < kRows; ++r) sums[r] = 0;
  for (int32_t i = 0; i < whole; i += kPart) {
    int32_t part[kRows];
    _mm_storeu_si128(reinterpret_cast<__m128i*>(part),
                     Steps(x, rows, i, i + kPart < whole ? i + kPart : whole));
    MR_UNROLL
    for (int r = 0; r < kRows; ++r) sums[r] += part[r];
  }
  AddRest(x, rows, whole, n, sums);
}

void FourDots(const float* x, const float* const rows[4], int32_t n, float sums[4]) {
  __m256 acc[1][kRows];
  MR_UNROLL
  for (__m256& a : acc[0]) a = _mm256_setzero_ps();
  x86::AddFloatDots<1, kRows>(x, 0, rows, n, acc);
  _mm_storeu_ps(sums, x86::LaneSums4(acc[0][0], acc[0][1], acc[0][2], acc[0][3]));
}

}  // namespace millrace::micro
