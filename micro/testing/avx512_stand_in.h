// Plain code in place of the AVX-512 and VNNI instructions that loops use, so that a test can run
// the loops on any processor: include this, then their source.
#ifndef MILLRACE_MICRO_TESTING_AVX512_STAND_IN_H_
#define MILLRACE_MICRO_TESTING_AVX512_STAND_IN_H_

#include <immintrin.h>

#include <cstdint>
#include <cstring>

namespace millrace::micro::testing {

struct Lanes512 {
  int32_t at[16] = {};
};

inline Lanes512 Load512(const void* from) {
  Lanes512 lanes;
  std::memcpy(lanes.at, from, sizeof(lanes.at));
  return lanes;
}

inline Lanes512 Set1(int32_t value) {
  Lanes512 lanes;
  for (int32_t& lane : lanes.at) lane = value;
  return lanes;
}

// Wrapping.
inline Lanes512 Add(const Lanes512& a, const Lanes512& b) {
  Lanes512 sum;
  for (int i = 0; i < 16; ++i) {
    sum.at[i] =
        static_cast<int32_t>(static_cast<uint32_t>(a.at[i]) + static_cast<uint32_t>(b.at[i]));
  }
  return sum;
}

inline int32_t ReduceAdd(const Lanes512& a) {
  uint32_t sum = 0;
  for (const int32_t lane : a.at) sum += static_cast<uint32_t>(lane);
  return static_cast<int32_t>(sum);
}

// Each lane of `sum` and the two products of words in it.
inline Lanes512 DotWords(const Lanes512& sum, const Lanes512& a, const Lanes512& b) {
  int16_t x[32], y[32];
  std::memcpy(x, a.at, sizeof(x));
  std::memcpy(y, b.at, sizeof(y));
  Lanes512 products;
  for (int i = 0; i < 16; ++i) {
    products.at[i] = static_cast<int32_t>(static_cast<uint32_t>(x[2 * i] * y[2 * i]) +
                                          static_cast<uint32_t>(x[2 * i + 1] * y[2 * i + 1]));
  }
  return Add(sum, products);
}

// Reads only the bytes whose bit is set.
inline Lanes512 LoadBytes(uint64_t mask, const void* from) {
  uint8_t bytes[64] = {};
  for (int i = 0; i < 64; ++i) {
    if (mask >> i & 1) bytes[i] = static_cast<const uint8_t*>(from)[i];
  }
  return Load512(bytes);
}

// The first 32 bytes as words.
inline Lanes512 WidenBytes(const Lanes512& a) {
  int8_t bytes[64];
  int16_t words[32];
  std::memcpy(bytes, a.at, sizeof(bytes));
  for (int i = 0; i < 32; ++i) words[i] = bytes[i];
  return Load512(words);
}

}  // namespace millrace::micro::testing

#define MR_VNNI
#define __m512i ::millrace::micro::testing::Lanes512
#define _mm512_setzero_si512 ::millrace::micro::testing::Lanes512
#define _mm512_set1_epi32 ::millrace::micro::testing::Set1
#define _mm512_load_si512 ::millrace::micro::testing::Load512
#define _mm512_loadu_si512 ::millrace::micro::testing::Load512
#define _mm512_storeu_si512(to, lanes) std::memcpy(to, (lanes).at, sizeof((lanes).at))
#define _mm512_add_epi32 ::millrace::micro::testing::Add
#define _mm512_reduce_add_epi32 ::millrace::micro::testing::ReduceAdd
#define _mm512_dpwssd_epi32 ::millrace::micro::testing::DotWords
#define _mm512_maskz_loadu_epi8 ::millrace::micro::testing::LoadBytes
#define _mm512_castsi512_si256
#define _mm512_cvtepi8_epi16 ::millrace::micro::testing::WidenBytes

#endif  // MILLRACE_MICRO_TESTING_AVX512_STAND_IN_H_
