#include "micro/kernels/x86/dots.h"

#include <immintrin.h>

#include <atomic>
#include <cstring>

#include "micro/kernels/x86/dots_vnni.h"
#include "micro/kernels/x86/unroll.h"

namespace millrace::micro::x86 {
namespace {

constexpr int kRows = 4;  // at once
constexpr int32_t kStep = 16;

// Sixteen weights from p on as words; where fewer than that may be read, zeros behind them.
inline __m256i LoadWeights(const int8_t* p, const int8_t* end) {
  __m128i bytes;
  if (end - p >= kStep) {
    bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  } else {
    alignas(16) int8_t rest[kStep] = {};
    std::memcpy(rest, p, static_cast<size_t>(end - p));
    bytes = _mm_load_si128(reinterpret_cast<const __m128i*>(rest));
  }
  return _mm256_cvtepi8_epi16(bytes);
}

// The sums of the lanes of four accumulators.
inline __m128i Total(const __m256i (&a)[kRows]) {
  const __m256i pairs =
      _mm256_hadd_epi32(_mm256_hadd_epi32(a[0], a[1]), _mm256_hadd_epi32(a[2], a[3]));
  return _mm_add_epi32(_mm256_castsi256_si128(pairs), _mm256_extracti128_si256(pairs, 1));
}

// Four rows by kVectors vectors.
template <int kVectors>
inline void Block(const Vectors& x, const int8_t* const* rows, const int8_t* end, int32_t depth,
                  int32_t* sums, int32_t sums_stride) {
  __m256i acc[kVectors][kRows];
  MR_UNROLL
  for (auto& of_vector : acc) {
    MR_UNROLL
    for (__m256i& a : of_vector) a = _mm256_setzero_si256();
  }
  const auto add = [&](int32_t d, int r, __m256i w) {
    MR_UNROLL
    for (int v = 0; v < kVectors; ++v) {
      const __m256i value =
          _mm256_loadu_si256(reinterpret_cast<const __m256i*>(x.data + v * x.stride + d));
      acc[v][r] = _mm256_add_epi32(acc[v][r], _mm256_madd_epi16(value, w));
    }
  };
  int32_t d = 0;
  for (; d + kStep <= depth; d += kStep) {
    MR_UNROLL
    for (int r = 0; r < kRows; ++r) {
      add(d, r,
          _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(rows[r] + d))));
    }
  }
  if (d < depth) {  // what lies behind a row meets the vector's zeros
    MR_UNROLL
    for (int r = 0; r < kRows; ++r) add(d, r, LoadWeights(rows[r] + d, end));
  }
  MR_UNROLL
  for (int v = 0; v < kVectors; ++v) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(sums + v * sums_stride), Total(acc[v]));
  }
}

template <int kVectors>
void Rows(const Vectors& x, const Matrix& m, int32_t* sums, int32_t sums_stride) {
  int32_t r = 0;
  for (; r + kRows <= m.rows; r += kRows) {
    const int8_t* row = m.data + r * m.stride;
    const int8_t* const four[kRows] = {row, row + m.stride, row + 2 * m.stride, row + 3 * m.stride};
    Block<kVectors>(x, four, m.end, m.depth, sums + r, sums_stride);
  }
  if (r == m.rows) return;
  const int8_t* four[kRows];  // the last rows, the last of them repeated
  MR_UNROLL
  for (int i = 0; i < kRows; ++i)
    four[i] = m.data + (r + i < m.rows ? r + i : m.rows - 1) * m.stride;
  int32_t of_block[kVectors * kRows];
  Block<kVectors>(x, four, m.end, m.depth, of_block, kRows);
  MR_UNROLL
  for (int v = 0; v < kVectors; ++v) {
    for (int i = 0; r + i < m.rows; ++i) sums[v * sums_stride + r + i] = of_block[v * kRows + i];
  }
}

void DotsAvx2(const Vectors& x, const Matrix& m, int32_t* sums, int32_t sums_stride) {
  switch (x.count) {
    case 1:
      return Rows<1>(x, m, sums, sums_stride);
    case 2:
      return Rows<2>(x, m, sums, sums_stride);
    default:
      return Rows<3>(x, m, sums, sums_stride);
  }
}

using DotsFunction = decltype(&DotsAvx2);

// Replaces itself by what the processor runs.
void Choose(const Vectors& x, const Matrix& m, int32_t* sums, int32_t sums_stride);

std::atomic<DotsFunction> chosen{Choose};

void Choose(const Vectors& x, const Matrix& m, int32_t* sums, int32_t sums_stride) {
  const DotsFunction function = HasVnni() ? DotsVnni : DotsAvx2;
  chosen.store(function, std::memory_order_relaxed);
  function(x, m, sums, sums_stride);
}

}  // namespace

void Dots(const Vectors& vectors, const Matrix& matrix, int32_t* sums, int32_t sums_stride) {
  chosen.load(std::memory_order_relaxed)(vectors, matrix, sums, sums_stride);
}

}  // namespace millrace::micro::x86
