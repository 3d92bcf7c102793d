#include "micro/kernels/x86/packed.h"

#include <immintrin.h>

#include <algorithm>
#include <atomic>
#include <cstring>

#include "micro/kernels/x86/packed_vnni.h"
#include "micro/kernels/x86/transpose.h"
#include "micro/kernels/x86/unroll.h"

namespace millrace::micro::x86 {
namespace {

constexpr int32_t kPairs = 8;  // of one row, in a vector

// Sixteen elements of a row as words, eight pairs.
__m256 LoadPairs(const Matrix& m, int32_t row, int32_t d) {
  if (row >= m.rows) return _mm256_setzero_ps();
  const int8_t* p = m.data + row * m.stride + d;
  __m128i bytes;
  if (d + 16 <= m.depth) {
    bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  } else {
    alignas(16) int8_t rest[16] = {};
    std::memcpy(rest, p, static_cast<size_t>(m.depth - d));
    bytes = _mm_load_si128(reinterpret_cast<const __m128i*>(rest));
  }
  const __m256i words =
      m.is_uint8 ? _mm256_sub_epi16(_mm256_cvtepu8_epi16(bytes), _mm256_set1_epi16(m.zero_point))
                 : _mm256_cvtepi8_epi16(bytes);
  return _mm256_castsi256_ps(words);
}

template <int kCount>
void Multiply(const Vectors& x, const int16_t* panel, int32_t pairs, int32_t* sums) {
  __m256i acc[kCount][2];
  MR_UNROLL
  for (auto& a : acc) a[0] = a[1] = _mm256_setzero_si256();
  for (int32_t p = 0; p < pairs; ++p, panel += 2 * kPanelRows) {
    const __m256i low = _mm256_load_si256(reinterpret_cast<const __m256i*>(panel));
    const __m256i high = _mm256_load_si256(reinterpret_cast<const __m256i*>(panel + kPanelRows));
    MR_UNROLL
    for (int v = 0; v < kCount; ++v) {
      int32_t pair;
      std::memcpy(&pair, x.data + v * x.stride + 2 * p, sizeof(pair));
      const __m256i value = _mm256_set1_epi32(pair);
      acc[v][0] = _mm256_add_epi32(acc[v][0], _mm256_madd_epi16(value, low));
      acc[v][1] = _mm256_add_epi32(acc[v][1], _mm256_madd_epi16(value, high));
    }
  }
  MR_UNROLL
  for (int v = 0; v < kCount; ++v) {
    auto* out = reinterpret_cast<__m256i*>(sums + v * kPanelRows);
    _mm256_storeu_si256(out, acc[v][0]);
    _mm256_storeu_si256(out + 1, acc[v][1]);
  }
}

void MultiplyAvx2(const Vectors& x, const int16_t* panel, int32_t depth, int32_t* sums) {
  const int32_t pairs = (depth + 1) / 2;
  switch (x.count) {
    case 1:
      return Multiply<1>(x, panel, pairs, sums);
    case 2:
      return Multiply<2>(x, panel, pairs, sums);
    case 3:
      return Multiply<3>(x, panel, pairs, sums);
    default:
      return Multiply<4>(x, panel, pairs, sums);
  }
}

using MultiplyFunction = decltype(&MultiplyAvx2);

// Replaces itself by what the processor runs.
void Choose(const Vectors& x, const int16_t* panel, int32_t depth, int32_t* sums);

std::atomic<MultiplyFunction> chosen{Choose};

void Choose(const Vectors& x, const int16_t* panel, int32_t depth, int32_t* sums) {
  const MultiplyFunction function = HasVnni() ? MultiplyPanelVnni : MultiplyAvx2;
  chosen.store(function, std::memory_order_relaxed);
  function(x, panel, depth, sums);
}

}  // namespace

void PackPanel(const Matrix& m, int16_t* panel) {
  for (int32_t d = 0; d < m.depth; d += 2 * kPairs) {
    for (int32_t half = 0; half < kPanelRows; half += 8) {
      __m256 rows[8], columns[8];
      MR_UNROLL
      for (int i = 0; i < 8; ++i) rows[i] = LoadPairs(m, half + i, d);
      Transpose8(rows, columns);
      MR_UNROLL
      for (int i = 0; i < 8; ++i) {
        int16_t* pair = panel + (d / 2 + i) * 2 * kPanelRows;
        _mm256_store_si256(reinterpret_cast<__m256i*>(pair + 2 * half),
                           _mm256_castps_si256(columns[i]));
      }
    }
  }
}

void MultiplyPanel(const Vectors& vectors, const int16_t* panel, int32_t depth, int32_t* sums) {
  chosen.load(std::memory_order_relaxed)(vectors, panel, depth, sums);
}

}  // namespace millrace::micro::x86
