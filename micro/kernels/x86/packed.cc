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

// Sixteen elements of a row as words less the zero point, eight pairs; zeros behind its end.
__m256 LoadPairs(const Matrix& m, int32_t row, int32_t d) {
  if (row >= m.rows) return _mm256_setzero_ps();
  const int8_t* p = m.data + row * m.stride + d;
  __m128i bytes;
  if (d + 16 <= m.depth) {
    bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  } else {
    alignas(16) int8_t rest[16];
    std::memset(rest, m.is_uint8 ? m.zero_point : 0, sizeof(rest));
    std::memcpy(rest, p, static_cast<size_t>(m.depth - d));
    bytes = _mm_load_si128(reinterpret_cast<const __m128i*>(rest));
  }
  const __m256i words =
      m.is_uint8 ? _mm256_sub_epi16(_mm256_cvtepu8_epi16(bytes), _mm256_set1_epi16(m.zero_point))
                 : _mm256_cvtepi8_epi16(bytes);
  return _mm256_castsi256_ps(words);
}

// kHalves: of the panel's rows.
template <int kCount, int kHalves>
void Multiply(const Windows& x, const int16_t* panel, int32_t* sums) {
  __m256i acc[kCount][kHalves];
  MR_UNROLL
  for (auto& of_vector : acc) {
    MR_UNROLL
    for (__m256i& a : of_vector) a = _mm256_setzero_si256();
  }
  for (int32_t i = 0; i < x.parts; ++i) {
    const int16_t* at = x.data + x.offsets[i];
    const int16_t* const end = at + x.depth;
    for (; at < end; at += 2, panel += 2 * kPanelRows) {
      __m256i weights[kHalves];
      MR_UNROLL
      for (int h = 0; h < kHalves; ++h) {
        weights[h] = _mm256_load_si256(reinterpret_cast<const __m256i*>(panel + h * kPanelRows));
      }
      MR_UNROLL
      for (int v = 0; v < kCount; ++v) {
        int32_t pair;
        std::memcpy(&pair, at + static_cast<ptrdiff_t>(v) * x.stride, sizeof(pair));
        const __m256i value = _mm256_set1_epi32(pair);
        MR_UNROLL
        for (int h = 0; h < kHalves; ++h) {
          acc[v][h] = _mm256_add_epi32(acc[v][h], _mm256_madd_epi16(value, weights[h]));
        }
      }
    }
  }
  MR_UNROLL
  for (int v = 0; v < kCount; ++v) {
    MR_UNROLL
    for (int h = 0; h < kHalves; ++h) {
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(sums + v * kPanelRows + h * kHalfPanelRows),
                          acc[v][h]);
    }
  }
}

void MultiplyAvx2(const Windows& x, const int16_t* panel, int32_t rows, int32_t* sums) {
  if (rows > kHalfPanelRows) {
    switch (x.count) {
      case 1:
        return Multiply<1, 2>(x, panel, sums);
      case 2:
        return Multiply<2, 2>(x, panel, sums);
      case 3:
        return Multiply<3, 2>(x, panel, sums);
      default:
        return Multiply<4, 2>(x, panel, sums);
    }
  }
  Windows left = x;
  const auto step = [&](auto multiply, int count) {
    multiply(left, panel, sums);
    left.data += static_cast<ptrdiff_t>(count) * x.stride;
    left.count -= count;
    sums += count * kPanelRows;
  };
  if (left.count == 8) return Multiply<8, 1>(left, panel, sums);
  if (left.count >= 6) step(Multiply<6, 1>, 6);
  if (left.count >= 4) step(Multiply<4, 1>, 4);
  if (left.count >= 2) step(Multiply<2, 1>, 2);
  if (left.count == 1) Multiply<1, 1>(left, panel, sums);
}

using MultiplyFunction = decltype(&MultiplyAvx2);

// Replaces itself by what the processor runs.
void Choose(const Windows& x, const int16_t* panel, int32_t rows, int32_t* sums);

std::atomic<MultiplyFunction> chosen{Choose};

void Choose(const Windows& x, const int16_t* panel, int32_t rows, int32_t* sums) {
  const MultiplyFunction function = HasVnni() ? MultiplyPanelVnni : MultiplyAvx2;
  chosen.store(function, std::memory_order_relaxed);
  function(x, panel, rows, sums);
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

void MultiplyPanel(const Windows& vectors, const int16_t* panel, int32_t rows, int32_t* sums) {
  chosen.load(std::memory_order_relaxed)(vectors, panel, rows, sums);
}

}  // namespace millrace::micro::x86
