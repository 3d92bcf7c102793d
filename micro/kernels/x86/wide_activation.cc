// common/sigmoid16.h of eight arguments, the same bits.
#include "micro/kernels/loops/wide_activation.h"

#include <immintrin.h>

#include <cstddef>

namespace millrace::micro {
namespace {

constexpr int32_t kStep = 8;

// As Interpolate of sigmoid16.cc; the arguments are not negative.
template <int kBits>
__m256i Interpolate(__m256i position, int32_t beyond) {
  const __m256i last = _mm256_set1_epi32(kSigmoidKnots - 2);
  const __m256i knot = _mm256_srli_epi32(position, kBits);
  // A knot and the next one.
  const __m256i two = _mm256_i32gather_epi32(reinterpret_cast<const int*>(kSigmoid16),
                                             _mm256_min_epu32(knot, last), 2);
  const __m256i low = _mm256_and_si256(two, _mm256_set1_epi32(0xFFFF));
  const __m256i rise = _mm256_sub_epi32(_mm256_srli_epi32(two, 16), low);
  const __m256i rest = _mm256_and_si256(position, _mm256_set1_epi32((1 << kBits) - 1));
  const __m256i value =
      _mm256_add_epi32(_mm256_slli_epi32(low, kBits), _mm256_mullo_epi32(rest, rise));
  return _mm256_blendv_epi8(value, _mm256_set1_epi32(beyond << kBits),
                            _mm256_cmpgt_epi32(knot, last));
}

__m256i Logistic8(__m256i x) {
  constexpr int kBits = 9, kHalf = 1 << kBits;
  const __m256i s = Interpolate<kBits>(_mm256_abs_epi32(x), 0xFFFE);
  const __m256i above = _mm256_add_epi32(s, _mm256_set1_epi32(kHalf));
  const __m256i below = _mm256_sub_epi32(_mm256_set1_epi32((1 << (16 + kBits)) + kHalf - 1), s);
  return _mm256_srai_epi32(_mm256_blendv_epi8(above, below, _mm256_srai_epi32(x, 31)), kBits + 1);
}

__m256i Tanh8(__m256i x) {
  constexpr int kBits = 8, kOne = 1 << (15 + kBits), kHalf = 1 << (kBits - 1);
  const __m256i s = Interpolate<kBits>(_mm256_abs_epi32(x), 0xFFFF);
  const __m256i above = _mm256_add_epi32(s, _mm256_set1_epi32(kHalf - kOne));
  const __m256i below = _mm256_sub_epi32(_mm256_set1_epi32(kOne + kHalf - 1), s);
  return _mm256_srai_epi32(_mm256_blendv_epi8(above, below, _mm256_srai_epi32(x, 31)), kBits);
}

// The results' lower 16 bits count.
template <typename Eight>
void Run(WideFactor factor, const int16_t* input, int32_t count, int16_t* output,
         const Eight& eight) {
  const __m256i multiplier = _mm256_set1_epi32(factor.multiplier);
  const __m256i half = _mm256_set1_epi32(factor.half());
  const __m128i shift = _mm_cvtsi32_si128(factor.shift);
  const auto run = [&](const int16_t* in, int16_t* out) {
    const __m256i x = _mm256_cvtepi16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(in)));
    const __m256i product = _mm256_add_epi32(_mm256_mullo_epi32(x, multiplier), half);
    const __m256i y = eight(_mm256_sra_epi32(product, shift));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out),
                     _mm_packs_epi32(_mm256_castsi256_si128(y), _mm256_extracti128_si256(y, 1)));
  };
  int32_t i = 0;
  for (; i + kStep <= count; i += kStep) run(input + i, output + i);
  if (i == count) return;
  const size_t rest = static_cast<size_t>(count - i) * sizeof(int16_t);
  int16_t in[kStep] = {}, out[kStep];
  __builtin_memcpy(in, input + i, rest);
  run(in, out);
  __builtin_memcpy(output + i, out, rest);
}

}  // namespace

void LogisticLoop(WideFactor factor, const int16_t* input, int32_t count, int16_t* output) {
  Run(factor, input, count, output, Logistic8);
}

void TanhLoop(WideFactor factor, const int16_t* input, int32_t count, int16_t* output) {
  Run(factor, input, count, output, Tanh8);
}

}  // namespace millrace::micro
