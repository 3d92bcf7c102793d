// Exponential, logistic function and hyperbolic tangent of eight floats. Not a number stays one.
#ifndef MILLRACE_MICRO_KERNELS_X86_FLOAT_MATH_H_
#define MILLRACE_MICRO_KERNELS_X86_FLOAT_MATH_H_

#include <immintrin.h>

namespace millrace::micro::x86 {

// e^x, relative error below 2^-21; x counts as -87 when below, as 88 when above.
inline __m256 Exp8(__m256 x) {
  // The second operand is what comes out for a value that is not a number.
  x = _mm256_min_ps(_mm256_set1_ps(88.0f), _mm256_max_ps(_mm256_set1_ps(-87.0f), x));
  // x = n ln 2 + r, |r| <= ln 2 / 2, with ln 2 in two parts of which the first has few bits.
  const __m256 n = _mm256_round_ps(_mm256_mul_ps(x, _mm256_set1_ps(1.44269504f)),
                                   _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  __m256 r = _mm256_fnmadd_ps(n, _mm256_set1_ps(0.693359375f), x);
  r = _mm256_fmadd_ps(n, _mm256_set1_ps(2.12194440e-4f), r);
  // The Taylor series; the first term left out is below r^7 / 5040 < 1.2e-7 of the sum.
  __m256 sum = _mm256_set1_ps(1.0f / 720.0f);
  sum = _mm256_fmadd_ps(sum, r, _mm256_set1_ps(1.0f / 120.0f));
  sum = _mm256_fmadd_ps(sum, r, _mm256_set1_ps(1.0f / 24.0f));
  sum = _mm256_fmadd_ps(sum, r, _mm256_set1_ps(1.0f / 6.0f));
  sum = _mm256_fmadd_ps(sum, r, _mm256_set1_ps(0.5f));
  sum = _mm256_fmadd_ps(sum, r, _mm256_set1_ps(1.0f));
  sum = _mm256_fmadd_ps(sum, r, _mm256_set1_ps(1.0f));
  // Times 2^n, |n| <= 127.
  const __m256i exponent = _mm256_slli_epi32(_mm256_cvtps_epi32(n), 23);
  return _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(sum), exponent));
}

// e^x - 1 of x <= 0, relative error below 2^-20.
inline __m256 ExpLessOne8(__m256 x) {
  const __m256 one = _mm256_set1_ps(1.0f);
  // The second operand is what comes out for a value that is not a number.
  x = _mm256_max_ps(_mm256_set1_ps(-87.0f), x);
  const __m256 n = _mm256_round_ps(_mm256_mul_ps(x, _mm256_set1_ps(1.44269504f)),
                                   _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  __m256 r = _mm256_fnmadd_ps(n, _mm256_set1_ps(0.693359375f), x);
  r = _mm256_fmadd_ps(n, _mm256_set1_ps(2.12194440e-4f), r);
  // e^r - 1 by its series, the last term first; 2^n e^r - 1 = 2^n (e^r - 1) + (2^n - 1).
  __m256 sum = _mm256_set1_ps(1.0f / 5040.0f);
  sum = _mm256_fmadd_ps(sum, r, _mm256_set1_ps(1.0f / 720.0f));
  sum = _mm256_fmadd_ps(sum, r, _mm256_set1_ps(1.0f / 120.0f));
  sum = _mm256_fmadd_ps(sum, r, _mm256_set1_ps(1.0f / 24.0f));
  sum = _mm256_fmadd_ps(sum, r, _mm256_set1_ps(1.0f / 6.0f));
  sum = _mm256_fmadd_ps(sum, r, _mm256_set1_ps(0.5f));
  sum = _mm256_fmadd_ps(_mm256_mul_ps(sum, r), r, r);
  const __m256i exponent =
      _mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127)), 23);
  const __m256 power = _mm256_castsi256_ps(exponent);
  return _mm256_fmadd_ps(sum, power, _mm256_sub_ps(power, one));
}

// 1 / (1 + e^-x); 0 below -87.
inline __m256 Logistic8(__m256 x) {
  const __m256 one = _mm256_set1_ps(1.0f);
  const __m256 power = Exp8(_mm256_sub_ps(_mm256_setzero_ps(), x));
  const __m256 is_low = _mm256_cmp_ps(x, _mm256_set1_ps(-87.0f), _CMP_LT_OQ);
  return _mm256_andnot_ps(is_low, _mm256_div_ps(one, _mm256_add_ps(one, power)));
}

// Relative error below 2^-20.
inline __m256 Tanh8(__m256 x) {
  const __m256 sign = _mm256_set1_ps(-0.0f), one = _mm256_set1_ps(1.0f);
  const __m256 magnitude = _mm256_andnot_ps(sign, x);
  // 1 - 2 / (e^(2 |x|) + 1), which loses digits near 0;
  const __m256 power = Exp8(_mm256_add_ps(magnitude, magnitude));
  const __m256 far =
      _mm256_sub_ps(one, _mm256_div_ps(_mm256_set1_ps(2.0f), _mm256_add_ps(power, one)));
  // there x + x^3 p(x^2), p fitted for |x| < 0.64.
  const __m256 square = _mm256_mul_ps(x, x);
  __m256 p = _mm256_set1_ps(-6.00180116e-3f);
  p = _mm256_fmadd_ps(p, square, _mm256_set1_ps(2.09314360e-2f));
  p = _mm256_fmadd_ps(p, square, _mm256_set1_ps(-5.38370236e-2f));
  p = _mm256_fmadd_ps(p, square, _mm256_set1_ps(1.33326791e-1f));
  p = _mm256_fmadd_ps(p, square, _mm256_set1_ps(-3.33333281e-1f));
  const __m256 near = _mm256_fmadd_ps(_mm256_mul_ps(x, square), p, x);
  const __m256 is_near = _mm256_cmp_ps(magnitude, _mm256_set1_ps(0.625f), _CMP_LT_OQ);
  return _mm256_blendv_ps(_mm256_or_ps(far, _mm256_and_ps(sign, x)), near, is_near);
}

}  // namespace millrace::micro::x86

#endif  // MILLRACE_MICRO_KERNELS_X86_FLOAT_MATH_H_
