#include "micro/kernels/x86/wide_sums.h"

#include <immintrin.h>

#include <algorithm>

#include "micro/kernels/loops/four_dots.h"

namespace millrace::micro::x86 {
namespace {

// A multiple of what the loops do at once.
constexpr int32_t kExact = kExactProducts;
static_assert(kExact % 32 == 0);
constexpr int32_t kRows = 64;  // of a matrix at once

// wide[i] (+)= narrow[i]; count is a multiple of 4.
void Gather(const int32_t* narrow, int32_t count, bool first, int64_t* wide) {
  for (int32_t i = 0; i < count; i += 4) {
    auto* to = reinterpret_cast<__m256i*>(wide + i);
    const __m256i four =
        _mm256_cvtepi32_epi64(_mm_loadu_si128(reinterpret_cast<const __m128i*>(narrow + i)));
    _mm256_storeu_si256(to, first ? four : _mm256_add_epi64(_mm256_loadu_si256(to), four));
  }
}

}  // namespace

void Dots(const Vectors& x, const Matrix& m, int64_t* sums, int32_t sums_stride) {
  int32_t narrow[kMaxVectors * kRows];
  for (int32_t r = 0; r < m.rows; r += kRows) {
    for (int32_t d = 0; d < m.depth; d += kExact) {
      Matrix part = m;
      part.data += r * m.stride + d;
      part.rows = std::min(kRows, m.rows - r);
      part.depth = std::min(kExact, m.depth - d);
      Dots({x.data + d, x.count, x.stride}, part, narrow, kRows);
      for (int v = 0; v < x.count; ++v) {
        int64_t* to = sums + v * sums_stride + r;
        const int32_t fours = part.rows / 4 * 4;
        Gather(narrow + v * kRows, fours, d == 0, to);
        for (int32_t i = fours; i < part.rows; ++i) {
          to[i] = (d == 0 ? 0 : to[i]) + narrow[v * kRows + i];
        }
      }
    }
  }
}

void MultiplyPanel(const Windows& x, const int16_t* panel, int32_t rows, int64_t* sums) {
  int32_t narrow[kHalfPanelVectors * kPanelRows];
  if (x.depth == 0) {
    std::fill_n(sums, x.count * kPanelRows, int64_t{0});
    return;
  }
  const int32_t parts = std::max(1, kExact / x.depth);
  for (int32_t i = 0; i < x.parts; i += parts) {
    for (int32_t d = 0; d < x.depth; d += kExact) {
      const Windows part = {x.data + d,    x.count,
                            x.stride,      std::min(kExact, x.depth - d),
                            x.offsets + i, std::min(parts, x.parts - i)};
      MultiplyPanel(part, panel + i * PartSize(x.depth) + d * kPanelRows, rows, narrow);
      Gather(narrow, x.count * kPanelRows, i == 0 && d == 0, sums);
    }
  }
}

}  // namespace millrace::micro::x86
