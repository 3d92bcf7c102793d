// Floats as steps of a scale, with the bits of loops/rescale.h's Quantization.
#ifndef MILLRACE_MICRO_KERNELS_X86_QUANTIZE_BYTES_H_
#define MILLRACE_MICRO_KERNELS_X86_QUANTIZE_BYTES_H_

#include <immintrin.h>

#include <cstdint>
#include <type_traits>

#include "micro/kernels/loops/rescale.h"
#include "micro/kernels/x86/unroll.h"

namespace millrace::micro::x86 {

// RoundToInt of eight.
inline __m256i Round8(__m256 x) {
  const __m256 sign = _mm256_set1_ps(-0.0f);
  const __m256 limit = _mm256_set1_ps(1073741824.0f);
  // Not a number becomes 0.
  x = _mm256_and_ps(x, _mm256_cmp_ps(x, x, _CMP_ORD_Q));
  x = _mm256_max_ps(_mm256_min_ps(x, limit), _mm256_xor_ps(limit, sign));
  const __m256 even = _mm256_round_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  // Half a step that was rounded towards zero.
  const __m256 half = _mm256_or_ps(_mm256_set1_ps(0.5f), _mm256_and_ps(x, sign));
  const __m256 is_half = _mm256_cmp_ps(_mm256_sub_ps(x, even), half, _CMP_EQ_OQ);
  const __m256 one = _mm256_or_ps(_mm256_set1_ps(1.0f), _mm256_and_ps(x, sign));
  return _mm256_cvtps_epi32(_mm256_add_ps(even, _mm256_and_ps(is_half, one)));
}

constexpr int32_t kQuantizedBytes = 32;

// Whether QuantizeBytes may be called: the inverse of the scale is a usual number, and 512 steps
// are beyond any byte.
inline bool CanQuantizeBytes(const Quantization& p) {
  return p.scale > 1e-30f && p.scale < 1e30f && p.zero_point >= -256 && p.zero_point <= 256;
}

// Of `count` floats, a multiple of kQuantizedBytes. They are multiplied by the inverse of the
// scale, which is off by less than 2^-13 for less than 512 steps; only where that could matter,
// next to halves, are they divided. Out: int8_t or uint8_t.
template <typename Out>
void QuantizeBytes(const Quantization& p, const float* input, int32_t count, Out* output) {
  const __m256 scale = _mm256_set1_ps(p.scale), inverse = _mm256_set1_ps(1.0f / p.scale);
  // What is too low for an integer becomes the lowest; what is too high would, too.
  const __m256 high = _mm256_set1_ps(1024.0f);
  const __m256 sign = _mm256_set1_ps(-0.0f), sure = _mm256_set1_ps(0.5f - 1.0f / 4096);
  const __m256i zero = _mm256_set1_epi16(static_cast<int16_t>(p.zero_point));
  const __m256i least = _mm256_set1_epi8(static_cast<char>(p.range.low));
  const __m256i most = _mm256_set1_epi8(static_cast<char>(p.range.high));
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  for (int32_t i = 0; i < count; i += kQuantizedBytes) {
    __m256i steps[4];
    __m256 unsure = _mm256_setzero_ps();
    MR_UNROLL
    for (int k = 0; k < 4; ++k) {
      // What is not a number stays so: the second operand is taken.
      const __m256 x = _mm256_mul_ps(_mm256_loadu_ps(input + i + 8 * k), inverse);
      const __m256 bounded = _mm256_min_ps(high, x);
      const __m256 whole = _mm256_round_ps(bounded, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
      const __m256 off = _mm256_andnot_ps(sign, _mm256_sub_ps(bounded, whole));
      unsure = _mm256_or_ps(unsure, _mm256_cmp_ps(off, sure, _CMP_NLT_UQ));
      steps[k] = _mm256_cvtps_epi32(whole);
    }
    if (_mm256_movemask_ps(unsure) != 0) {
      MR_UNROLL
      for (int k = 0; k < 4; ++k) {
        steps[k] = Round8(_mm256_div_ps(_mm256_loadu_ps(input + i + 8 * k), scale));
      }
    }
    // Packing cuts what is beyond any byte before and after.
    const __m256i a = _mm256_adds_epi16(_mm256_packs_epi32(steps[0], steps[1]), zero);
    const __m256i b = _mm256_adds_epi16(_mm256_packs_epi32(steps[2], steps[3]), zero);
    __m256i bytes;
    if constexpr (std::is_signed_v<Out>) {
      bytes = _mm256_min_epi8(_mm256_max_epi8(_mm256_packs_epi16(a, b), least), most);
    } else {
      bytes = _mm256_min_epu8(_mm256_max_epu8(_mm256_packus_epi16(a, b), least), most);
    }
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(output + i),
                        _mm256_permutevar8x32_epi32(bytes, order));
  }
}

}  // namespace millrace::micro::x86

#endif  // MILLRACE_MICRO_KERNELS_X86_QUANTIZE_BYTES_H_
