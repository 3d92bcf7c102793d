// Rows that lie as they will lie are copied; others are turned, 16 bytes by 16 bytes in registers.
#include "micro/kernels/loops/copy_plane.h"

#include <immintrin.h>

#include "micro/kernels/x86/unroll.h"

namespace millrace::micro {
namespace {

template <typename Vector>
void Move(const uint8_t* from, uint8_t* to) {
  Vector v;
  __builtin_memcpy(&v, from, sizeof(v));
  __builtin_memcpy(to, &v, sizeof(v));
}

// Size to twice the size of a vector: two that may overlap.
template <typename Vector>
void MoveTwo(const uint8_t* from, size_t size, uint8_t* to) {
  Vector first, last;
  __builtin_memcpy(&first, from, sizeof(first));
  __builtin_memcpy(&last, from + size - sizeof(last), sizeof(last));
  __builtin_memcpy(to, &first, sizeof(first));
  __builtin_memcpy(to + size - sizeof(last), &last, sizeof(last));
}

// A row's size is not known to the compiler, and most are short.
void CopyBytes(const uint8_t* from, size_t size, uint8_t* to) {
  if (size >= 512) {
    __builtin_memcpy(to, from, size);
  } else if (size >= sizeof(__m256i)) {
    for (size_t i = 0; i + sizeof(__m256i) < size; i += sizeof(__m256i)) {
      Move<__m256i>(from + i, to + i);
    }
    const size_t last = size - sizeof(__m256i);
    Move<__m256i>(from + last, to + last);
  } else if (size >= 16) {
    MoveTwo<__m128i>(from, size, to);
  } else if (size >= 8) {
    MoveTwo<uint64_t>(from, size, to);
  } else if (size >= 4) {
    MoveTwo<uint32_t>(from, size, to);
  } else {
    for (size_t i = 0; i < size; ++i) to[i] = from[i];
  }
}

template <typename Word>
struct Interleave;
template <>
struct Interleave<uint8_t> {
  static __m128i Low(__m128i a, __m128i b) { return _mm_unpacklo_epi8(a, b); }
  static __m128i High(__m128i a, __m128i b) { return _mm_unpackhi_epi8(a, b); }
};
template <>
struct Interleave<uint16_t> {
  static __m128i Low(__m128i a, __m128i b) { return _mm_unpacklo_epi16(a, b); }
  static __m128i High(__m128i a, __m128i b) { return _mm_unpackhi_epi16(a, b); }
};
template <>
struct Interleave<uint32_t> {
  static __m128i Low(__m128i a, __m128i b) { return _mm_unpacklo_epi32(a, b); }
  static __m128i High(__m128i a, __m128i b) { return _mm_unpackhi_epi32(a, b); }
};

// A square: target[r * to_row + i] = source[r + i * from].
template <typename Word>
void TurnSquare(const Word* source, ptrdiff_t from, Word* target, ptrdiff_t to_row) {
  constexpr int kSide = 16 / sizeof(Word);
  __m128i rows[kSide], next[kSide];
  MR_UNROLL
  for (int i = 0; i < kSide; ++i) {
    rows[i] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(source + i * from));
  }
  // Each step turns the bits of an element's number, row and column, round by one.
  MR_UNROLL
  for (int step = 1; step < kSide; step *= 2) {
    MR_UNROLL
    for (int i = 0; i < kSide / 2; ++i) {
      next[2 * i] = Interleave<Word>::Low(rows[i], rows[i + kSide / 2]);
      next[2 * i + 1] = Interleave<Word>::High(rows[i], rows[i + kSide / 2]);
    }
    MR_UNROLL
    for (int i = 0; i < kSide; ++i) rows[i] = next[i];
  }
  MR_UNROLL
  for (int i = 0; i < kSide; ++i) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(target + i * to_row), rows[i]);
  }
}

template <typename Word>
void Turn(const Plane& p) {
  constexpr int32_t kSide = 16 / sizeof(Word);
  const auto* source = static_cast<const Word*>(p.source);
  auto* target = static_cast<Word*>(p.target);
  const auto move = [&](int32_t r, int32_t i) {
    target[r * p.to_row + i] = source[r + i * p.from];
  };
  int32_t r = 0;
  for (; r + kSide <= p.rows; r += kSide) {
    int32_t i = 0;
    for (; i + kSide <= p.count; i += kSide) {
      TurnSquare(source + r + i * p.from, p.from, target + r * p.to_row + i, p.to_row);
    }
    for (; i < p.count; ++i) {
      for (int32_t k = r; k < r + kSide; ++k) move(k, i);
    }
  }
  for (; r < p.rows; ++r) {
    for (int32_t i = 0; i < p.count; ++i) move(r, i);
  }
}

}  // namespace

void CopyPlane(const Plane& p, int bytes) {
  if (p.from == 1) {
    const auto* source = static_cast<const uint8_t*>(p.source);
    auto* target = static_cast<uint8_t*>(p.target);
    const size_t size = static_cast<size_t>(p.count) * static_cast<size_t>(bytes);
    for (int32_t r = 0; r < p.rows; ++r) {
      CopyBytes(source + r * p.from_row * bytes, size, target + r * p.to_row * bytes);
    }
  } else if (bytes == 1) {
    Turn<uint8_t>(p);
  } else if (bytes == 2) {
    Turn<uint16_t>(p);
  } else {
    Turn<uint32_t>(p);
  }
}

}  // namespace millrace::micro
