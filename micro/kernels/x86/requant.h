// Requantisation of eight 32-bit sums at once, in AVX2. The same bits as common/quantization.h.
#ifndef MILLRACE_MICRO_KERNELS_X86_REQUANT_H_
#define MILLRACE_MICRO_KERNELS_X86_REQUANT_H_

#include <immintrin.h>

#include <cstdint>
#include <type_traits>

#include "micro/kernels/common/activation.h"
#include "micro/kernels/common/channel_requant.h"
#include "micro/kernels/common/quantization.h"

namespace millrace::micro::x86 {

// Factors of eight channels, ready for use.
struct Requant8 {
  __m256i multiplier;
  __m256i multiplier_odd;  // of lanes 1, 3, 5, 7, in their places one to the left
  __m256i left;
  __m256i right;
  __m256i mask;  // of the bits that are shifted out to the right
  __m256i half;  // of them
};

inline Requant8 MakeRequant8(__m256i multiplier, __m256i shift) {
  const __m256i zero = _mm256_setzero_si256();
  Requant8 r;
  r.multiplier = multiplier;
  r.multiplier_odd = _mm256_srli_epi64(multiplier, 32);
  r.left = _mm256_max_epi32(shift, zero);
  r.right = _mm256_max_epi32(_mm256_sub_epi32(zero, shift), zero);
  r.mask = _mm256_sub_epi32(_mm256_sllv_epi32(_mm256_set1_epi32(1), r.right), _mm256_set1_epi32(1));
  r.half = _mm256_srli_epi32(r.mask, 1);
  return r;
}

inline Requant8 MakeRequant8(Requant requant) {
  return MakeRequant8(_mm256_set1_epi32(requant.multiplier), _mm256_set1_epi32(requant.shift));
}

inline Requant8 LoadRequant8(const ChannelFactors& factors, int32_t channel) {
  const auto* multipliers = reinterpret_cast<const __m256i*>(factors.multipliers + channel);
  const auto* shifts = reinterpret_cast<const __m128i*>(factors.shifts + channel);
  return MakeRequant8(_mm256_loadu_si256(multipliers),
                      _mm256_cvtepi8_epi32(_mm_loadl_epi64(shifts)));
}

// DoublingHighMul: halves away from zero is floor((a * b + 2^30) / 2^31) for both signs.
inline __m256i DoublingHighMul8(__m256i x, __m256i multiplier, __m256i multiplier_odd) {
  const __m256i nudge = _mm256_set1_epi64x(int64_t{1} << 30);
  const __m256i even = _mm256_add_epi64(_mm256_mul_epi32(x, multiplier), nudge);
  const __m256i odd =
      _mm256_add_epi64(_mm256_mul_epi32(_mm256_srli_epi64(x, 32), multiplier_odd), nudge);
  return _mm256_blend_epi32(_mm256_srli_epi64(even, 31), _mm256_slli_epi64(odd, 1), 0xAA);
}

inline __m256i MultiplyByRequant8(__m256i x, const Requant8& r) {
  const __m256i product =
      DoublingHighMul8(_mm256_sllv_epi32(x, r.left), r.multiplier, r.multiplier_odd);
  const __m256i rest = _mm256_and_si256(product, r.mask);
  const __m256i threshold = _mm256_add_epi32(r.half, _mm256_srli_epi32(product, 31));
  return _mm256_sub_epi32(_mm256_srav_epi32(product, r.right), _mm256_cmpgt_epi32(rest, threshold));
}

// The same for factors below 1/2, all shifts of which are to the right: the last bit is rounded off
// later, with two values in the place of one.
struct Halving8 {
  __m256i multiplier;
  __m256i multiplier_odd;
  __m256i right;  // one less than the shift
};

inline Halving8 MakeHalving8(__m256i multiplier, __m256i shift) {
  return {multiplier, _mm256_srli_epi64(multiplier, 32),
          _mm256_sub_epi32(_mm256_set1_epi32(-1), shift)};
}

inline Halving8 LoadHalving8(const ChannelFactors& factors, int32_t channel) {
  const auto* multipliers = reinterpret_cast<const __m256i*>(factors.multipliers + channel);
  const auto* shifts = reinterpret_cast<const __m128i*>(factors.shifts + channel);
  return MakeHalving8(_mm256_loadu_si256(multipliers),
                      _mm256_cvtepi8_epi32(_mm_loadl_epi64(shifts)));
}

// Whether eight channels have such factors.
inline bool AreHalving(const ChannelFactors& factors, int32_t channel) {
  const auto* shifts = reinterpret_cast<const __m128i*>(factors.shifts + channel);
  return (_mm_movemask_epi8(_mm_loadl_epi64(shifts)) & 0xFF) == 0xFF;
}

// Twice the result and less than two more. Halves away from zero: one less when negative, then
// halves upwards.
inline __m256i TimesHalving8(__m256i x, const Halving8& r) {
  const __m256i product = DoublingHighMul8(x, r.multiplier, r.multiplier_odd);
  return _mm256_srav_epi32(_mm256_add_epi32(product, _mm256_srai_epi32(product, 31)), r.right);
}

// Four vectors of TimesHalving8, as bytes T: int8 or uint8.
template <typename T>
class HalvedOutput {
 public:
  // The bounds are within the type.
  HalvedOutput(int32_t zero, IntRange range)
      : zero_(_mm256_set1_epi16(static_cast<int16_t>(2 * zero + 1))),
        low_(_mm256_set1_epi8(static_cast<char>(range.low))),
        high_(_mm256_set1_epi8(static_cast<char>(range.high))) {}

  // In order.
  __m256i Bytes(__m256i a, __m256i b, __m256i c, __m256i d) const {
    // Each step packs within halves of the vectors: what is next to what is put right in the end.
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    return _mm256_permutevar8x32_epi32(Clamped(Halved(a, b), Halved(c, d)), order);
  }
  // Of what unpacklo and unpackhi made of sixteen words, twice: in the order of the words.
  __m256i BytesOfUnpacked(__m256i a, __m256i b, __m256i c, __m256i d) const {
    return _mm256_permute4x64_epi64(Clamped(Halved(a, b), Halved(c, d)), 0xD8);
  }

 private:
  // Words that saturate are beyond any byte before and after.
  __m256i Halved(__m256i a, __m256i b) const {
    return _mm256_srai_epi16(_mm256_adds_epi16(_mm256_packs_epi32(a, b), zero_), 1);
  }
  __m256i Clamped(__m256i a, __m256i b) const {
    if constexpr (std::is_same_v<T, uint8_t>) {
      return _mm256_min_epu8(_mm256_max_epu8(_mm256_packus_epi16(a, b), low_), high_);
    } else {
      return _mm256_min_epi8(_mm256_max_epi8(_mm256_packs_epi16(a, b), low_), high_);
    }
  }

  __m256i zero_;  // twice, and the half that rounds
  __m256i low_, high_;
};

// Eight bytes of each of the first `count` of four vectors' bytes, `stride` apart.
inline void StoreEights(__m256i bytes, int count, void* out, ptrdiff_t stride) {
  auto* to = static_cast<int8_t*>(out);
  const auto store = [&](__m128i two, bool upper) {
    const __m128i eight = upper ? _mm_unpackhi_epi64(two, two) : two;
    _mm_storel_epi64(reinterpret_cast<__m128i*>(to), eight);
    to += stride;
  };
  const __m128i low = _mm256_castsi256_si128(bytes), high = _mm256_extracti128_si256(bytes, 1);
  store(low, false);
  if (count > 1) store(low, true);
  if (count > 2) store(high, false);
  if (count > 3) store(high, true);
}

// What is done with a requantised value.
struct Output8 {
  __m256i zero_point;
  __m256i low;
  __m256i high;

  Output8(int32_t zero, IntRange range)
      : zero_point(_mm256_set1_epi32(zero)),
        low(_mm256_set1_epi32(range.low)),
        high(_mm256_set1_epi32(range.high)) {}

  // Stores eight int8 or uint8. The bounds are within the type, so packing cuts nothing more.
  void Store(__m256i requantised, int8_t* out) const {
    const __m128i words = Words(requantised);
    _mm_storel_epi64(reinterpret_cast<__m128i*>(out), _mm_packs_epi16(words, words));
  }
  void Store(__m256i requantised, uint8_t* out) const {
    const __m128i words = Words(requantised);
    _mm_storel_epi64(reinterpret_cast<__m128i*>(out), _mm_packus_epi16(words, words));
  }
  __m128i Words(__m256i requantised) const {
    const __m256i value =
        _mm256_min_epi32(_mm256_max_epi32(_mm256_add_epi32(requantised, zero_point), low), high);
    return _mm_packs_epi32(_mm256_castsi256_si128(value), _mm256_extracti128_si256(value, 1));
  }
};

}  // namespace millrace::micro::x86

#endif  // MILLRACE_MICRO_KERNELS_X86_REQUANT_H_
