// Products of float vectors with rows of a matrix, in the order of the reference: lanes are rows,
// so that results are the same bit for bit. Weights are turned in registers.
#ifndef MILLRACE_MICRO_KERNELS_X86_FLOAT_ROWS_H_
#define MILLRACE_MICRO_KERNELS_X86_FLOAT_ROWS_H_

#include <immintrin.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "micro/kernels/x86/float_dots.h"
#include "micro/kernels/x86/unroll.h"

namespace millrace::micro::x86 {

// Rows at once: enough chains of sums to keep the adders busy.
constexpr int32_t kFloatRows = 16;

// columns[j] = {rows[0][at + j], ..., rows[7][at + j]}
inline void LoadColumns(const float* const* rows, int32_t at, __m256 (&columns)[8]) {
  // Columns at .. at + 3 of rows 0 .. 3 and 4 .. 7, then columns at + 4 .. at + 7.
  MR_UNROLL
  for (int half = 0; half < 8; half += 4) {
    __m256 r[4];
    MR_UNROLL
    for (int i = 0; i < 4; ++i) {
      r[i] = _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(rows[i] + at + half)),
                                  _mm_loadu_ps(rows[i + 4] + at + half), 1);
    }
    const __m256 low01 = _mm256_unpacklo_ps(r[0], r[1]), high01 = _mm256_unpackhi_ps(r[0], r[1]);
    const __m256 low23 = _mm256_unpacklo_ps(r[2], r[3]), high23 = _mm256_unpackhi_ps(r[2], r[3]);
    columns[half] = _mm256_shuffle_ps(low01, low23, 0x44);
    columns[half + 1] = _mm256_shuffle_ps(low01, low23, 0xEE);
    columns[half + 2] = _mm256_shuffle_ps(high01, high23, 0x44);
    columns[half + 3] = _mm256_shuffle_ps(high01, high23, 0xEE);
  }
}

// sums[v * kFloatRows + r] = sum_d vectors[v][d] * row r[d] for kVectors vectors and kGroups times
// eight rows; beyond `count` rows, the last again. Vectors and rows lie `depth` apart.
template <int kVectors, int kGroups>
void FloatGroups(const float* vectors, int32_t depth, const float* matrix, int32_t count,
                 float* sums) {
  const float* rows[8 * kGroups];
  for (int32_t r = 0; r < 8 * kGroups; ++r) {
    rows[r] = matrix + static_cast<ptrdiff_t>(std::min(r, count - 1)) * depth;
  }
  __m256 acc[kVectors][kGroups];
  MR_UNROLL
  for (auto& of_vector : acc) {
    MR_UNROLL
    for (__m256& a : of_vector) a = _mm256_setzero_ps();
  }
  const auto add = [&](int32_t d, int g, __m256 column) {
    MR_UNROLL
    for (int v = 0; v < kVectors; ++v) {
      const __m256 x = _mm256_broadcast_ss(vectors + static_cast<ptrdiff_t>(v) * depth + d);
      acc[v][g] = _mm256_add_ps(acc[v][g], _mm256_mul_ps(x, column));
    }
  };
  // What follows the rows, which is what is wanted next, line by line.
  const char* next =
      reinterpret_cast<const char*>(matrix + static_cast<ptrdiff_t>(depth) * 8 * kGroups);
  int32_t d = 0;
  for (; d + 8 <= depth; d += 8) {
    MR_UNROLL
    for (int g = 0; g < kGroups; ++g) {
      MR_UNROLL
      for (int i = 0; i < 4; ++i, next += 64) _mm_prefetch(next, _MM_HINT_T0);
      __m256 columns[8];
      LoadColumns(rows + 8 * g, d, columns);
      MR_UNROLL
      for (int j = 0; j < 8; ++j) add(d + j, g, columns[j]);
    }
  }
  for (; d < depth; ++d) {
    MR_UNROLL
    for (int g = 0; g < kGroups; ++g) {
      const float* const* r = rows + 8 * g;
      add(d, g,
          _mm256_setr_ps(r[0][d], r[1][d], r[2][d], r[3][d], r[4][d], r[5][d], r[6][d], r[7][d]));
    }
  }
  MR_UNROLL
  for (int v = 0; v < kVectors; ++v) {
    MR_UNROLL
    for (int g = 0; g < kGroups; ++g) _mm256_storeu_ps(sums + v * kFloatRows + g * 8, acc[v][g]);
  }
}

// The same for up to kFloatRows rows.
template <int kVectors>
void FloatRowSums(const float* vectors, int32_t depth, const float* matrix, int32_t count,
                  float* sums) {
  if (count > 8) {
    FloatGroups<kVectors, 2>(vectors, depth, matrix, count, sums);
  } else {
    FloatGroups<kVectors, 1>(vectors, depth, matrix, count, sums);
  }
}

}  // namespace millrace::micro::x86

#endif  // MILLRACE_MICRO_KERNELS_X86_FLOAT_ROWS_H_
