// Bytes, signed or not, and words, as wider integers.
#ifndef MILLRACE_MICRO_KERNELS_X86_WORDS_H_
#define MILLRACE_MICRO_KERNELS_X86_WORDS_H_

#include <immintrin.h>

#include <cstdint>
#include <type_traits>

namespace millrace::micro::x86 {

inline __m256i Words16(__m128i bytes, int8_t) { return _mm256_cvtepi8_epi16(bytes); }
inline __m256i Words16(__m128i bytes, uint8_t) { return _mm256_cvtepu8_epi16(bytes); }
// Of the lower eight bytes.
inline __m128i Words8(__m128i bytes, int8_t) { return _mm_cvtepi8_epi16(bytes); }
inline __m128i Words8(__m128i bytes, uint8_t) { return _mm_cvtepu8_epi16(bytes); }

// Of the weights of an input.
template <typename In>
using WeightOf = std::conditional_t<std::is_same_v<In, uint8_t>, uint8_t, int8_t>;

template <typename Byte>
__m128i LoadBytes8(const Byte* p) {
  return _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p));
}
inline __m128i LoadWords8(const int16_t* p) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
}

// Eight elements as 32-bit integers.
inline __m256i Longs8(const int8_t* p) { return _mm256_cvtepi8_epi32(LoadBytes8(p)); }
inline __m256i Longs8(const uint8_t* p) { return _mm256_cvtepu8_epi32(LoadBytes8(p)); }
inline __m256i Longs8(const int16_t* p) { return _mm256_cvtepi16_epi32(LoadWords8(p)); }

// Eight elements of a and b in turns, as words: a[0] b[0] a[1] b[1] ...
template <typename Byte>
__m256i Pairs8(const Byte* a, const Byte* b) {
  return Words16(_mm_unpacklo_epi8(LoadBytes8(a), LoadBytes8(b)), Byte{});
}
inline __m256i Pairs8(const int16_t* a, const int16_t* b) {
  const __m128i x = LoadWords8(a), y = LoadWords8(b);
  return _mm256_set_m128i(_mm_unpackhi_epi16(x, y), _mm_unpacklo_epi16(x, y));
}
// The same pair eight times.
template <typename T>
__m256i RepeatedPair(T a, T b) {
  const auto low = static_cast<uint16_t>(static_cast<int16_t>(a));
  const auto high = static_cast<uint32_t>(static_cast<int16_t>(b)) << 16;
  return _mm256_set1_epi32(static_cast<int32_t>(low | high));
}

}  // namespace millrace::micro::x86

#endif  // MILLRACE_MICRO_KERNELS_X86_WORDS_H_
