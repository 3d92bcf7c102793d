// Sixteen pieces of the table are looked up in by the lower four bits of 32 bytes; the upper four
// bits choose among them, one after another.
#include "micro/kernels/loops/byte_table.h"

#include <immintrin.h>

#include "micro/kernels/x86/unroll.h"

namespace millrace::micro {
namespace {

constexpr int32_t kBytes = 32;

__m256i Load(const uint8_t* p) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)); }
void Store(__m256i x, uint8_t* p) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), x); }

__m256i Piece(const uint8_t* table, int i) {
  return _mm256_broadcastsi128_si256(
      _mm_loadu_si128(reinterpret_cast<const __m128i*>(table + 16 * i)));
}

// bit[b] has bit 4 + b of the indices on top of each byte.
__m256i LookUp(const uint8_t* table, __m256i indices) {
  const __m256i low = _mm256_and_si256(indices, _mm256_set1_epi8(15));
  const __m256i bit[4] = {_mm256_slli_epi16(indices, 3), _mm256_slli_epi16(indices, 2),
                          _mm256_slli_epi16(indices, 1), indices};
  __m256i halves[2];
  MR_UNROLL
  for (int h = 0; h < 2; ++h) {
    __m256i quarters[2];
    MR_UNROLL
    for (int q = 0; q < 2; ++q) {
      __m256i pairs[2];
      MR_UNROLL
      for (int p = 0; p < 2; ++p) {
        const int first = 8 * h + 4 * q + 2 * p;
        pairs[p] = _mm256_blendv_epi8(_mm256_shuffle_epi8(Piece(table, first), low),
                                      _mm256_shuffle_epi8(Piece(table, first + 1), low), bit[0]);
      }
      quarters[q] = _mm256_blendv_epi8(pairs[0], pairs[1], bit[1]);
    }
    halves[h] = _mm256_blendv_epi8(quarters[0], quarters[1], bit[2]);
  }
  return _mm256_blendv_epi8(halves[0], halves[1], bit[3]);
}

}  // namespace

void LookUpBytes(const uint8_t* table, const uint8_t* input, int32_t count, uint8_t* output) {
  int32_t i = 0;
  for (; i + kBytes <= count; i += kBytes) Store(LookUp(table, Load(input + i)), output + i);
  for (; i < count; ++i) output[i] = table[input[i]];
}

}  // namespace millrace::micro
