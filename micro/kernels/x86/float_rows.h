// Products of float vectors with rows of a matrix, in the order of the reference: lanes are rows,
// so that results are the same bit for bit. Weights are turned in registers.
#ifndef MILLRACE_MICRO_KERNELS_X86_FLOAT_ROWS_H_
#define MILLRACE_MICRO_KERNELS_X86_FLOAT_ROWS_H_

#include <immintrin.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "micro/kernels/x86/float_dots.h"
#include "micro/kernels/x86/transpose.h"
#include "micro/kernels/x86/unroll.h"

namespace millrace::micro::x86 {

// Rows at once: enough chains of sums to keep the adders busy.
constexpr int32_t kFloatRows = 16;

// columns[j] = {rows 0 .. 7 at p + j}; rows lie `stride` apart.
inline void LoadColumns(const float* p, ptrdiff_t stride, __m256 (&columns)[4]) {
  const float* const q = p + 4 * stride;
  __m256 r[4];  // of rows i and i + 4
  MR_UNROLL
  for (int i = 0; i < 4; ++i) {
    r[i] = _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(p + i * stride)),
                                _mm_loadu_ps(q + i * stride), 1);
  }
  const __m256 low01 = _mm256_unpacklo_ps(r[0], r[1]), high01 = _mm256_unpackhi_ps(r[0], r[1]);
  const __m256 low23 = _mm256_unpacklo_ps(r[2], r[3]), high23 = _mm256_unpackhi_ps(r[2], r[3]);
  columns[0] = _mm256_shuffle_ps(low01, low23, 0x44);
  columns[1] = _mm256_shuffle_ps(low01, low23, 0xEE);
  columns[2] = _mm256_shuffle_ps(high01, high23, 0x44);
  columns[3] = _mm256_shuffle_ps(high01, high23, 0xEE);
}

// {rows 0 .. 7 at p}; of rows from `count` on 0.
inline __m256 LoadColumn(const float* p, ptrdiff_t stride, int32_t count) {
  float column[8] = {};
  for (int32_t r = 0; r < count; ++r) column[r] = p[r * stride];
  return _mm256_loadu_ps(column);
}

// acc[g] += vector[d] * {rows 8 g .. 8 g + 7 at d}, d < 8. For a single vector: products are made
// before they are turned, which takes no broadcasts.
template <int kGroups>
inline void AddTurnedProducts(const float* vector, const float* rows, ptrdiff_t stride,
                              __m256 (&acc)[kGroups]) {
  const __m256 x = _mm256_loadu_ps(vector);
  MR_UNROLL
  for (int g = 0; g < kGroups; ++g, rows += 8 * stride) {
    __m256 products[8], columns[8];
    MR_UNROLL
    for (int r = 0; r < 8; ++r) products[r] = _mm256_mul_ps(x, _mm256_loadu_ps(rows + r * stride));
    Transpose8(products, columns);
    MR_UNROLL
    for (const __m256& column : columns) acc[g] = _mm256_add_ps(acc[g], column);
  }
}

// sums[v * kFloatRows + r] = sum_d vectors[v][d] * row r[d] for kVectors vectors and kGroups times
// eight rows, of which `count` are there: eight each, or fewer of one group. Vectors and rows lie
// `depth` apart.
template <int kVectors, int kGroups>
void FloatGroups(const float* vectors, ptrdiff_t depth, const float* matrix, int32_t count,
                 float* sums) {
  __m256 acc[kVectors][kGroups];
  MR_UNROLL
  for (auto& of_vector : acc) {
    MR_UNROLL
    for (__m256& a : of_vector) a = _mm256_setzero_ps();
  }
  const auto add = [&](ptrdiff_t d, int g, __m256 column) __attribute__((always_inline)) {
    MR_UNROLL
    for (int v = 0; v < kVectors; ++v) {
      const __m256 x = _mm256_broadcast_ss(vectors + v * depth + d);
      acc[v][g] = _mm256_add_ps(acc[v][g], _mm256_mul_ps(x, column));
    }
  };
  // What follows short rows is what is wanted next; long ones do not fit beside others.
  const ptrdiff_t ahead = std::min<ptrdiff_t>(depth, 128) * 8 * kGroups;
  const char* next = reinterpret_cast<const char*>(matrix + ahead);
  const auto prefetch = [&next](int lines) __attribute__((always_inline)) {
    MR_UNROLL
    for (int i = 0; i < lines; ++i, next += 64) _mm_prefetch(next, _MM_HINT_T0);
  };
  ptrdiff_t d = 0;
  for (; kVectors == 1 && count >= 8 && d + 8 <= depth; d += 8) {
    prefetch(4 * kGroups);
    AddTurnedProducts(vectors + d, matrix + d, depth, acc[0]);
  }
  for (; count >= 8 && d + 4 <= depth; d += 4) {
    prefetch(2 * kGroups);
    MR_UNROLL
    for (int g = 0; g < kGroups; ++g) {
      __m256 columns[4];
      LoadColumns(matrix + 8 * g * depth + d, depth, columns);
      MR_UNROLL
      for (int j = 0; j < 4; ++j) add(d + j, g, columns[j]);
    }
  }
  for (; d < depth; ++d) {
    MR_UNROLL
    for (int g = 0; g < kGroups; ++g) {
      add(d, g, LoadColumn(matrix + 8 * g * depth + d, depth, std::min(count, 8)));
    }
  }
  MR_UNROLL
  for (int v = 0; v < kVectors; ++v) {
    MR_UNROLL
    for (int g = 0; g < kGroups; ++g) _mm256_storeu_ps(sums + v * kFloatRows + g * 8, acc[v][g]);
  }
}

// The same for up to kFloatRows rows; a vector's sums behind the last row's are undefined.
template <int kVectors>
void FloatRowSums(const float* vectors, ptrdiff_t depth, const float* matrix, int32_t count,
                  float* sums) {
  if (count == kFloatRows) {
    FloatGroups<kVectors, 2>(vectors, depth, matrix, count, sums);
    return;
  }
  FloatGroups<kVectors, 1>(vectors, depth, matrix, count, sums);
  if (count <= 8) return;
  // The last ones overlap what has been done.
  const int32_t rest = count - 8;
  FloatGroups<kVectors, 1>(vectors, depth, matrix + rest * depth, 8, sums + rest);
}

}  // namespace millrace::micro::x86

#endif  // MILLRACE_MICRO_KERNELS_X86_FLOAT_ROWS_H_
