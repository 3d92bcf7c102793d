#include "micro/kernels/loops/arithmetic.h"

#include <immintrin.h>

namespace millrace::micro {
namespace {

constexpr int32_t kStep = 8;

// An operand of a row: eight elements from i on, or the same one eight times.
__m256 LoadFloat8(const void* data, int32_t stride, int32_t i) {
  const auto* p = static_cast<const float*>(data);
  return stride == 0 ? _mm256_set1_ps(*p) : _mm256_loadu_ps(p + i);
}

template <typename Eight, typename One>
void FloatRow(const void* data, const PairRow& row, const Eight& eight, const One& one) {
  const FloatRange range = *static_cast<const FloatRange*>(data);
  const __m256 low = _mm256_set1_ps(range.low), high = _mm256_set1_ps(range.high);
  auto* out = static_cast<float*>(row.out);
  int32_t i = 0;
  for (; i + kStep <= row.count; i += kStep) {
    const __m256 value =
        eight(LoadFloat8(row.a, row.a_stride, i), LoadFloat8(row.b, row.b_stride, i));
    // The second operand is what comes out for a value that is not a number.
    _mm256_storeu_ps(out + i, _mm256_min_ps(high, _mm256_max_ps(low, value)));
  }
  const auto* a = static_cast<const float*>(row.a);
  const auto* b = static_cast<const float*>(row.b);
  for (; i < row.count; ++i) {
    out[i] = ClampFloat(one(a[i * row.a_stride], b[i * row.b_stride]), range.low, range.high);
  }
}

}  // namespace

void AddFloatRow(const void* data, const PairRow& row) {
  FloatRow(
      data, row, [](__m256 a, __m256 b) { return _mm256_add_ps(a, b); },
      [](float a, float b) { return a + b; });
}

void SubFloatRow(const void* data, const PairRow& row) {
  FloatRow(
      data, row, [](__m256 a, __m256 b) { return _mm256_sub_ps(a, b); },
      [](float a, float b) { return a - b; });
}

void MulFloatRow(const void* data, const PairRow& row) {
  FloatRow(
      data, row, [](__m256 a, __m256 b) { return _mm256_mul_ps(a, b); },
      [](float a, float b) { return a * b; });
}

}  // namespace millrace::micro
