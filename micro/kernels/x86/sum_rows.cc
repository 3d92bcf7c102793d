// 32 columns at a time, whose sums stay in registers; eight rows at a time.
#include "micro/kernels/loops/sum_rows.h"

#include <immintrin.h>

#include "micro/kernels/x86/transpose.h"
#include "micro/kernels/x86/unroll.h"

namespace millrace::micro {
namespace {

constexpr int32_t kColumns = 32;

void Sum32(const float* input, ptrdiff_t stride, int32_t rows, float* sums) {
  __m256 sum[4];
  MR_UNROLL
  for (int k = 0; k < 4; ++k) sum[k] = _mm256_loadu_ps(sums + 8 * k);
  for (int32_t r = 0; r < rows; ++r, input += stride) {
    MR_UNROLL
    for (int k = 0; k < 4; ++k) sum[k] = _mm256_add_ps(sum[k], _mm256_loadu_ps(input + 8 * k));
  }
  MR_UNROLL
  for (int k = 0; k < 4; ++k) _mm256_storeu_ps(sums + 8 * k, sum[k]);
}

__m128i Load16(const int8_t* p) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p)); }

// Adds eight words to as many sums.
void AddWords(__m128i words, int32_t* sums) {
  auto* to = reinterpret_cast<__m256i*>(sums);
  _mm256_storeu_si256(to, _mm256_add_epi32(_mm256_loadu_si256(to), _mm256_cvtepi16_epi32(words)));
}

void Sum32(const int8_t* input, ptrdiff_t stride, int32_t rows, int32_t* sums) {
  constexpr int32_t kMost = 256;  // rows whose sum no word exceeds
  while (rows > 0) {
    const int32_t now = rows < kMost ? rows : kMost;
    __m256i low = _mm256_setzero_si256(), high = low;
    for (int32_t r = 0; r < now; ++r, input += stride) {
      low = _mm256_add_epi16(low, _mm256_cvtepi8_epi16(Load16(input)));
      high = _mm256_add_epi16(high, _mm256_cvtepi8_epi16(Load16(input + 16)));
    }
    AddWords(_mm256_castsi256_si128(low), sums);
    AddWords(_mm256_extracti128_si256(low, 1), sums + 8);
    AddWords(_mm256_castsi256_si128(high), sums + 16);
    AddWords(_mm256_extracti128_si256(high, 1), sums + 24);
    rows -= now;
  }
}

template <typename T, typename Sum>
void Run(const T* input, ptrdiff_t stride, int32_t rows, int32_t columns, Sum* sums) {
  int32_t c = 0;
  for (; c + kColumns <= columns; c += kColumns) Sum32(input + c, stride, rows, sums + c);
  if (c == columns) return;
  for (int32_t r = 0; r < rows; ++r, input += stride) {
    for (int32_t k = c; k < columns; ++k) sums[k] += input[k];
  }
}

// Of eight rows, turned eight columns by eight.
__m256 SumEightRows(const float* input, int32_t count) {
  __m256 sums = _mm256_setzero_ps();
  int32_t i = 0;
  for (; i + 8 <= count; i += 8) {
    __m256 rows[8], columns[8];
    MR_UNROLL
    for (int r = 0; r < 8; ++r) rows[r] = _mm256_loadu_ps(input + ptrdiff_t{r} * count + i);
    x86::Transpose8(rows, columns);
    MR_UNROLL
    for (int k = 0; k < 8; ++k) sums = _mm256_add_ps(sums, columns[k]);
  }
  for (; i < count; ++i) {
    float column[8];
    for (int r = 0; r < 8; ++r) column[r] = input[ptrdiff_t{r} * count + i];
    sums = _mm256_add_ps(sums, _mm256_loadu_ps(column));
  }
  return sums;
}

}  // namespace

void SumRows(const float* input, ptrdiff_t stride, int32_t rows, int32_t columns, float* sums) {
  Run(input, stride, rows, columns, sums);
}

void SumRows(const int8_t* input, ptrdiff_t stride, int32_t rows, int32_t columns, int32_t* sums) {
  Run(input, stride, rows, columns, sums);
}

void SumEachRow(const float* input, int32_t rows, int32_t count, float* sums) {
  int32_t r = 0;
  for (; r + 8 <= rows; r += 8, input += ptrdiff_t{8} * count) {
    _mm256_storeu_ps(sums + r, SumEightRows(input, count));
  }
  for (; r < rows; ++r, input += count) {
    float sum = 0.0f;
    for (int32_t i = 0; i < count; ++i) sum += input[i];
    sums[r] = sum;
  }
}

}  // namespace millrace::micro
