#include "kernels/math/narrow.h"

#include <immintrin.h>

namespace millrace {

void Widen(const half* x, float* y, int64_t n) {
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    _mm256_storeu_ps(y + i,
                     _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(x + i))));
  }
  for (; i < n; ++i) y[i] = x[i];
}

void Widen(const bfloat16* x, float* y, int64_t n) {
  for (int64_t i = 0; i < n; ++i) y[i] = x[i];
}

void Narrow(const float* x, half* y, int64_t n) {
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(y + i),
                     _mm256_cvtps_ph(_mm256_loadu_ps(x + i), _MM_FROUND_TO_NEAREST_INT));
  }
  for (; i < n; ++i) y[i] = half(x[i]);
}

void Narrow(const float* x, bfloat16* y, int64_t n) {
  for (int64_t i = 0; i < n; ++i) y[i] = bfloat16(x[i]);
}

void WidenAny(DType type, const void* x, float* y, int64_t n) {
  if (type == DType::kHalf) {
    Widen(static_cast<const half*>(x), y, n);
  } else {
    Widen(static_cast<const bfloat16*>(x), y, n);
  }
}

void NarrowAny(DType type, const float* x, void* y, int64_t n) {
  if (type == DType::kHalf) {
    Narrow(x, static_cast<half*>(y), n);
  } else {
    Narrow(x, static_cast<bfloat16*>(y), n);
  }
}

}  // namespace millrace
