// The audio front end's loops in AVX2, the same bits as micro/signal/.
#include "micro/kernels/loops/front_end.h"

#include <immintrin.h>

#include <cmath>

#include "micro/signal/spectrum.h"

namespace millrace::micro {
namespace {

constexpr int32_t kWords = 16;

__m256i Load(const void* p) { return _mm256_loadu_si256(static_cast<const __m256i*>(p)); }
void Store(__m256i x, void* p) { _mm256_storeu_si256(static_cast<__m256i*>(p), x); }

uint32_t Largest(const uint16_t (&values)[kWords]) {
  uint32_t largest = 0;
  for (const uint16_t value : values) largest = value > largest ? value : largest;
  return largest;
}

// The number c next to the root of x, from one that is off by 1 at most: c^2 - c < x <= c^2 + c.
uint32_t Nearest(uint64_t x, uint64_t guess, uint64_t largest) {
  uint64_t c = guess > largest ? largest : guess;
  if (x > c * c + c && c != largest) ++c;
  if (c != 0 && x <= c * c - c) --c;
  return static_cast<uint32_t>(c);
}

// A double holds x to 53 bits, its last bit aside: the root is off by less than 1/2.
uint32_t Root(uint64_t x) {
  const double root = std::sqrt(2.0 * static_cast<double>(static_cast<int64_t>(x >> 1)));
  const auto guess = static_cast<uint64_t>(static_cast<int64_t>(root + 0.5));
  return Nearest(x, guess, x >> 32 == 0 ? 0xFFFF : 0xFFFFFFFF);
}

// Four energies times weights; of a negative one 2^32 of each energy are too much.
__m256i Weighted(__m256i energies, const int16_t* weights) {
  const __m128i words = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(weights));
  const __m256i w = _mm256_cvtepi16_epi64(words);
  const __m256i negative = _mm256_cmpgt_epi64(_mm256_setzero_si256(), w);
  const __m256i excess = _mm256_and_si256(_mm256_slli_epi64(energies, 32), negative);
  return _mm256_sub_epi64(_mm256_mul_epu32(energies, w), excess);
}

uint64_t SumOf(__m256i x) {
  const __m128i pair = _mm_add_epi64(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
  return static_cast<uint64_t>(_mm_cvtsi128_si64(pair) + _mm_extract_epi64(pair, 1));
}

}  // namespace

void WindowLoop(const int16_t* input, const int16_t* weights, int32_t n, int shift,
                int16_t* output) {
  const __m128i bits = _mm_cvtsi32_si128(shift);
  int32_t i = 0;
  for (; i + kWords <= n; i += kWords) {
    const __m256i x = Load(input + i), w = Load(weights + i);
    const __m256i low = _mm256_mullo_epi16(x, w), high = _mm256_mulhi_epi16(x, w);
    const __m256i a = _mm256_sra_epi32(_mm256_unpacklo_epi16(low, high), bits);
    const __m256i b = _mm256_sra_epi32(_mm256_unpackhi_epi16(low, high), bits);
    Store(_mm256_packs_epi32(a, b), output + i);
  }
  signal::ApplyWindow(input + i, weights + i, n - i, shift, output + i);
}

int32_t AutoScaleLoop(const int16_t* input, int32_t n, int16_t* output) {
  __m256i largest16 = _mm256_setzero_si256();
  int32_t i = 0;
  for (; i + kWords <= n; i += kWords) {
    largest16 = _mm256_max_epu16(largest16, _mm256_abs_epi16(Load(input + i)));
  }
  uint16_t lanes[kWords];
  Store(largest16, lanes);
  uint32_t largest = Largest(lanes);
  for (; i < n; ++i) {
    const auto magnitude = static_cast<uint32_t>(input[i] < 0 ? -input[i] : input[i]);
    largest = magnitude > largest ? magnitude : largest;
  }
  // The highest bit goes to the 15th.
  const int highest = largest == 0 ? 14 : 31 - __builtin_clz(largest);
  const int shift = highest > 14 ? 0 : 14 - highest;
  const __m128i bits = _mm_cvtsi32_si128(shift);
  for (i = 0; i + kWords <= n; i += kWords) {
    Store(_mm256_sll_epi16(Load(input + i), bits), output + i);
  }
  for (; i < n; ++i) output[i] = static_cast<int16_t>(input[i] * (1 << shift));
  return shift;
}

void EnergiesLoop(const int16_t* spectrum, int32_t begin, int32_t end, uint32_t* output) {
  int32_t i = begin;
  for (; i + 8 <= end; i += 8) {
    const __m256i x = Load(spectrum + 2 * i);
    Store(_mm256_madd_epi16(x, x), output + i);
  }
  signal::Energies(spectrum, i, end, output);
}

void SumBandsLoop(const signal::FilterBank& bank, const uint32_t* energies, uint64_t* output) {
  uint64_t falling = 0;
  for (int32_t i = 0; i <= bank.channels; ++i) {
    const uint32_t* energy = energies + bank.starts[i];
    const int16_t* up = bank.weights + bank.weight_starts[i];
    const int16_t* down = bank.unweights + bank.weight_starts[i];
    const int32_t width = bank.widths[i];
    __m256i rising4 = _mm256_setzero_si256(), falling4 = rising4;
    int32_t j = 0;
    for (; j + 4 <= width; j += 4) {
      const auto* four = reinterpret_cast<const __m128i*>(energy + j);
      const __m256i wide = _mm256_cvtepu32_epi64(_mm_loadu_si128(four));
      rising4 = _mm256_add_epi64(rising4, Weighted(wide, up + j));
      falling4 = _mm256_add_epi64(falling4, Weighted(wide, down + j));
    }
    uint64_t rising = falling + SumOf(rising4);
    falling = SumOf(falling4);
    for (; j < width; ++j) {
      rising += static_cast<uint64_t>(int64_t{up[j]}) * energy[j];
      falling += static_cast<uint64_t>(int64_t{down[j]}) * energy[j];
    }
    if (i > 0) output[i - 1] = rising;
  }
}

void SquareRootsLoop(const uint64_t* sums, int32_t n, int shift, uint32_t* roots) {
  for (int32_t i = 0; i < n; ++i) roots[i] = Root(sums[i]) >> shift;
}

}  // namespace millrace::micro
