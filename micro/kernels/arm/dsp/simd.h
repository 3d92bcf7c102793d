// Pairs of 16-bit lanes, as Armv7E-M multiplies them.
#ifndef MILLRACE_MICRO_KERNELS_ARM_DSP_SIMD_H_
#define MILLRACE_MICRO_KERNELS_ARM_DSP_SIMD_H_

#include <arm_acle.h>

#include <cstdint>

namespace millrace::micro::dsp {

inline uint32_t Load4(const void* p) {
  uint32_t word;
  __builtin_memcpy(&word, p, sizeof(word));
  return word;
}

// Four int8 values become two pairs: values 0 and 2, and 1 and 3. Compilers do not see that the
// instructions rotate by themselves.
inline int16x2_t Even(uint32_t bytes) { return __sxtb16(bytes); }
inline int16x2_t Odd(uint32_t bytes) {
  int16x2_t pair;
  __asm__("sxtb16 %0, %1, ror #8" : "=r"(pair) : "r"(bytes));
  return pair;
}
// The same, with a pair added.
inline int16x2_t EvenPlus(int16x2_t pair, uint32_t bytes) { return __sxtab16(pair, bytes); }
inline int16x2_t OddPlus(int16x2_t pair, uint32_t bytes) {
  int16x2_t sum;
  __asm__("sxtab16 %0, %1, %2, ror #8" : "=r"(sum) : "r"(pair), "r"(bytes));
  return sum;
}

// The lower and the upper halves of two words.
inline int16x2_t Bottoms(uint32_t first, uint32_t second) {
  int16x2_t pair;
  __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(pair) : "r"(first), "r"(second));
  return pair;
}
inline int16x2_t Tops(uint32_t first, uint32_t second) {
  int16x2_t pair;
  __asm__("pkhtb %0, %1, %2, asr #16" : "=r"(pair) : "r"(second), "r"(first));
  return pair;
}

struct FourPairs {
  int16x2_t first_even, first_odd, second_even, second_odd;
};
// From an address aligned to 8.
inline FourPairs LoadPairs(const int16_t* p) {
  uint64_t first, second;
  __builtin_memcpy(&first, __builtin_assume_aligned(p, 8), 8);
  __builtin_memcpy(&second, __builtin_assume_aligned(p + 4, 8), 8);
  return {static_cast<int16x2_t>(first), static_cast<int16x2_t>(first >> 32),
          static_cast<int16x2_t>(second), static_cast<int16x2_t>(second >> 32)};
}

// A pair of the same value. |value| < 2^15.
inline int16x2_t Twice(int32_t value) {
  return static_cast<int16x2_t>((static_cast<uint32_t>(value) << 16) |
                                (static_cast<uint32_t>(value) & 0xFFFF));
}

}  // namespace millrace::micro::dsp

#endif  // MILLRACE_MICRO_KERNELS_ARM_DSP_SIMD_H_
