// A square of 8 x 8 elements of 32 bits, turned in registers.
#ifndef MILLRACE_MICRO_KERNELS_X86_TRANSPOSE_H_
#define MILLRACE_MICRO_KERNELS_X86_TRANSPOSE_H_

#include <immintrin.h>

#include "micro/kernels/x86/unroll.h"

namespace millrace::micro::x86 {

// columns[j] = {rows[0][j], ..., rows[7][j]}
inline void Transpose8(const __m256 (&rows)[8], __m256 (&columns)[8]) {
  __m256 pairs[8], quads[8];
  MR_UNROLL
  for (int i = 0; i < 8; i += 2) {
    pairs[i] = _mm256_unpacklo_ps(rows[i], rows[i + 1]);
    pairs[i + 1] = _mm256_unpackhi_ps(rows[i], rows[i + 1]);
  }
  MR_UNROLL
  for (int i = 0; i < 8; i += 4) {
    quads[i] = _mm256_shuffle_ps(pairs[i], pairs[i + 2], 0x44);
    quads[i + 1] = _mm256_shuffle_ps(pairs[i], pairs[i + 2], 0xEE);
    quads[i + 2] = _mm256_shuffle_ps(pairs[i + 1], pairs[i + 3], 0x44);
    quads[i + 3] = _mm256_shuffle_ps(pairs[i + 1], pairs[i + 3], 0xEE);
  }
  MR_UNROLL
  for (int i = 0; i < 4; ++i) {
    columns[i] = _mm256_permute2f128_ps(quads[i], quads[i + 4], 0x20);
    columns[i + 4] = _mm256_permute2f128_ps(quads[i], quads[i + 4], 0x31);
  }
}

}  // namespace millrace::micro::x86

#endif  // MILLRACE_MICRO_KERNELS_X86_TRANSPOSE_H_
