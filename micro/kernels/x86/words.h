// Bytes, signed or not, as wider integers.
#ifndef MILLRACE_MICRO_KERNELS_X86_WORDS_H_
#define MILLRACE_MICRO_KERNELS_X86_WORDS_H_

#include <immintrin.h>

#include <cstdint>

namespace millrace::micro::x86 {

inline __m256i Words16(__m128i bytes, int8_t) { return _mm256_cvtepi8_epi16(bytes); }
inline __m256i Words16(__m128i bytes, uint8_t) { return _mm256_cvtepu8_epi16(bytes); }
// Of the lower eight bytes.
inline __m128i Words8(__m128i bytes, int8_t) { return _mm_cvtepi8_epi16(bytes); }
inline __m128i Words8(__m128i bytes, uint8_t) { return _mm_cvtepu8_epi16(bytes); }

// Of them, as 32-bit integers.
inline __m256i Longs8(__m128i bytes, int8_t) { return _mm256_cvtepi8_epi32(bytes); }
inline __m256i Longs8(__m128i bytes, uint8_t) { return _mm256_cvtepu8_epi32(bytes); }

}  // namespace millrace::micro::x86

#endif  // MILLRACE_MICRO_KERNELS_X86_WORDS_H_
