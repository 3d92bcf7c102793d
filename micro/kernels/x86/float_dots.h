// Products of float vectors with rows of a matrix that lie where the model has them. Sums are made
// eight lanes at a time: they differ from the reference's in the last bits.
#ifndef MILLRACE_MICRO_KERNELS_X86_FLOAT_DOTS_H_
#define MILLRACE_MICRO_KERNELS_X86_FLOAT_DOTS_H_

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "micro/kernels/x86/unroll.h"

namespace millrace::micro::x86 {

// Lanes 0 .. count - 1, count < 8.
inline __m256i FirstLanes(int32_t count) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

// acc[v][r] += vectors[v][d] * rows[r][d], d < depth, over the lanes d % 8. Vectors lie `stride`
// apart.
template <int kVectors, int kRows>
inline void AddFloatDots(const float* vectors, ptrdiff_t stride, const float* const* rows,
                         int32_t depth, __m256 (&acc)[kVectors][kRows]) {
  int32_t d = 0;
  for (; d + 8 <= depth; d += 8) {
    __m256 x[kVectors];
    MR_UNROLL
    for (int v = 0; v < kVectors; ++v) x[v] = _mm256_loadu_ps(vectors + v * stride + d);
    MR_UNROLL
    for (int r = 0; r < kRows; ++r) {
      const __m256 w = _mm256_loadu_ps(rows[r] + d);
      MR_UNROLL
      for (int v = 0; v < kVectors; ++v) acc[v][r] = _mm256_fmadd_ps(x[v], w, acc[v][r]);
    }
  }
  if (d == depth) return;
  const __m256i lanes = FirstLanes(depth - d);
  MR_UNROLL
  for (int r = 0; r < kRows; ++r) {
    const __m256 w = _mm256_maskload_ps(rows[r] + d, lanes);
    MR_UNROLL
    for (int v = 0; v < kVectors; ++v) {
      const __m256 x = _mm256_maskload_ps(vectors + v * stride + d, lanes);
      acc[v][r] = _mm256_fmadd_ps(x, w, acc[v][r]);
    }
  }
}

// {sum of the lanes of a, ... of d}
inline __m128 LaneSums4(__m256 a, __m256 b, __m256 c, __m256 d) {
  const __m256 pairs = _mm256_hadd_ps(_mm256_hadd_ps(a, b), _mm256_hadd_ps(c, d));
  return _mm_add_ps(_mm256_castps256_ps128(pairs), _mm256_extractf128_ps(pairs, 1));
}

// Lane r is the sum of the lanes of a[r].
inline __m256 LaneSums8(const __m256 (&a)[8]) {
  return _mm256_set_m128(LaneSums4(a[4], a[5], a[6], a[7]), LaneSums4(a[0], a[1], a[2], a[3]));
}

}  // namespace millrace::micro::x86

#endif  // MILLRACE_MICRO_KERNELS_X86_FLOAT_DOTS_H_
