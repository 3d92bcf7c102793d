// The functions that use wide instructions say so one by one: the rest of the program, and whatever
// inline functions this file includes, stays what the oldest processor runs.
#include "micro/kernels/x86/dots_vnni.h"

#include <immintrin.h>

#include "micro/kernels/x86/unroll.h"

namespace millrace::micro::x86 {
namespace {

#ifndef MR_VNNI  // tests put plain code in the instructions' place
#define MR_VNNI __attribute__((target("avx512f,avx512bw,avx512vnni")))
#endif

constexpr int kRows = 4;  // at once
constexpr int32_t kStep = 32;

// Weights from p on as words: `count` of them (zeros behind), of which all may be read.
MR_VNNI inline __m512i LoadWeights(const int8_t* p, int32_t count) {
  const __mmask64 mask = count >= kStep ? 0xFFFFFFFFu : (uint64_t{1} << count) - 1;
  return _mm512_cvtepi8_epi16(_mm512_castsi512_si256(_mm512_maskz_loadu_epi8(mask, p)));
}

// `count` rows, at most four, by kVectors vectors.
template <int kVectors>
MR_VNNI void Block(const Vectors& x, const Matrix& m, int32_t first, int32_t count, int32_t* sums,
                   int32_t sums_stride) {
  __m512i acc[kVectors][kRows];
  MR_UNROLL
  for (int v = 0; v < kVectors; ++v) {
    MR_UNROLL
    for (int r = 0; r < kRows; ++r) acc[v][r] = _mm512_setzero_si512();
  }
  for (int32_t d = 0; d < m.depth; d += kStep) {
    MR_UNROLL
    for (int r = 0; r < kRows; ++r) {
      // A row that is not there is the last one again.
      const int8_t* row = m.data + (first + (r < count ? r : count - 1)) * m.stride;
      const __m512i w = LoadWeights(row + d, m.depth - d);
      MR_UNROLL
      for (int v = 0; v < kVectors; ++v) {
        const __m512i value = _mm512_loadu_si512(x.data + v * x.stride + d);
        acc[v][r] = _mm512_dpwssd_epi32(acc[v][r], value, w);
      }
    }
  }
  MR_UNROLL
  for (int v = 0; v < kVectors; ++v) {
    for (int r = 0; r < count; ++r) sums[v * sums_stride + r] = _mm512_reduce_add_epi32(acc[v][r]);
  }
}

template <int kVectors>
MR_VNNI void Rows(const Vectors& x, const Matrix& m, int32_t* sums, int32_t sums_stride) {
  for (int32_t r = 0; r < m.rows; r += kRows) {
    const int32_t count = m.rows - r < kRows ? m.rows - r : kRows;
    Block<kVectors>(x, m, r, count, sums + r, sums_stride);
  }
}

}  // namespace

bool HasVnni() {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vnni");
}

MR_VNNI void DotsVnni(const Vectors& x, const Matrix& m, int32_t* sums, int32_t sums_stride) {
  switch (x.count) {
    case 1:
      return Rows<1>(x, m, sums, sums_stride);
    case 2:
      return Rows<2>(x, m, sums, sums_stride);
    default:
      return Rows<3>(x, m, sums, sums_stride);
  }
}

}  // namespace millrace::micro::x86
