// common/float_exp.h of eight floats: the same operations, the same bits.
#ifndef MILLRACE_MICRO_KERNELS_X86_FLOAT_EXP8_H_
#define MILLRACE_MICRO_KERNELS_X86_FLOAT_EXP8_H_

#include <immintrin.h>

namespace millrace::micro::x86 {

// 2^n, n of an exponent's range.
inline __m256 PowerOfTwo8(__m256i n) {
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(n, _mm256_set1_epi32(127)), 23));
}

inline __m256 FloatExp8(__m256 x) {
  const __m256 highest = _mm256_set1_ps(88.7228f), lowest = _mm256_set1_ps(-87.0f);
  const __m256 is_high = _mm256_cmp_ps(x, highest, _CMP_GT_OQ);
  const __m256 is_low = _mm256_cmp_ps(x, lowest, _CMP_LT_OQ);
  const __m256 is_not_a_number = _mm256_cmp_ps(x, x, _CMP_UNORD_Q);
  const __m256 at = _mm256_max_ps(_mm256_min_ps(x, highest), lowest);
  const __m256 steps = _mm256_mul_ps(at, _mm256_set1_ps(1.44269504f));
  const __m256 half =
      _mm256_or_ps(_mm256_set1_ps(0.5f), _mm256_and_ps(steps, _mm256_set1_ps(-0.0f)));
  const __m256i n = _mm256_cvttps_epi32(_mm256_add_ps(steps, half));
  const __m256 whole = _mm256_cvtepi32_ps(n);
  const __m256 r =
      _mm256_add_ps(_mm256_sub_ps(at, _mm256_mul_ps(whole, _mm256_set1_ps(0.693359375f))),
                    _mm256_mul_ps(whole, _mm256_set1_ps(2.12194440e-4f)));
  __m256 sum = _mm256_set1_ps(1.0f / 720.0f);
  constexpr float kSeries[] = {1.0f / 120.0f, 1.0f / 24.0f, 1.0f / 6.0f, 0.5f, 1.0f, 1.0f};
  for (const float next : kSeries) {
    sum = _mm256_add_ps(_mm256_mul_ps(sum, r), _mm256_set1_ps(next));
  }
  const __m256i first = _mm256_srai_epi32(n, 1);
  const __m256 power = _mm256_mul_ps(_mm256_mul_ps(sum, PowerOfTwo8(first)),
                                     PowerOfTwo8(_mm256_sub_epi32(n, first)));
  const __m256 bounded =
      _mm256_blendv_ps(_mm256_andnot_ps(is_low, power), _mm256_set1_ps(__builtin_inff()), is_high);
  return _mm256_blendv_ps(bounded, x, is_not_a_number);
}

}  // namespace millrace::micro::x86

#endif  // MILLRACE_MICRO_KERNELS_X86_FLOAT_EXP8_H_
