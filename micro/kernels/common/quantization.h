// The published integer arithmetic of quantised tensors (Jacob et al., arXiv 1712.05877,
// section 2.2): a real factor is a 32-bit multiplier with 31 bits behind the point and a power of
// two. Results equal those of TensorFlow Lite Micro's reference kernels bit for bit. Signed
// overflow wraps (the build says -fwrapv), so hostile multipliers give wrong numbers, never
// undefined behaviour.
#ifndef MILLRACE_MICRO_KERNELS_COMMON_QUANTIZATION_H_
#define MILLRACE_MICRO_KERNELS_COMMON_QUANTIZATION_H_

#include <cstdint>

#include "micro/core/op.h"
#include "micro/core/status.h"

namespace millrace::micro {

// real factor = multiplier / 2^31 * 2^shift; multiplier in [2^30, 2^31), or both 0 for the factor
// 0.
struct Requant {
  int32_t multiplier = 0;
  int32_t shift = 0;  // > 0 to the left; -31 .. 30
};

// Of a real factor >= 0. False when it is negative, not finite, or at least 2^30.
bool RequantOf(double factor, Requant* requant);
// Of double(a) * double(b) / double(c), in integers: cheap where there is no double-precision unit,
// and the same bits. False when a factor is negative or not finite, c is 0, or the result too
// large.
bool RequantOf(float a, float b, float c, Requant* requant);

// The same for many b: a and c are looked at once.
class RequantMaker {
 public:
  // False for an a or c that RequantOf refuses; the maker is then not to be used.
  bool Set(float a, float c);
  bool Make(float b, Requant* requant) const;
  // Whether Make takes b; refuses factors from 2^28 on already.
  bool Accepts(float b) const;
  // Makes those of b[0 .. count - 1], each accepted.
  void MakeTable(const float* b, int count, int32_t* multipliers, int8_t* shifts) const;

 private:
  uint32_t numerator_;  // 24 bits; 0 when a is 0
  uint32_t divisor_;    // 24 bits, the highest set
  int exponent_;        // of a / c beyond numerator and divisor
};

// round(2 * a * b / 2^32), halves upwards, saturated.
inline int32_t DoublingHighMul(int32_t a, int32_t b) {
  if (a == INT32_MIN && b == INT32_MIN) return INT32_MAX;
  return static_cast<int32_t>((static_cast<int64_t>(a) * b + (int64_t{1} << 30)) >> 31);
}

// round(x / 2^exponent), halves away from zero. exponent: 0 .. 31.
inline int32_t RoundingShiftRight(int32_t x, int exponent) {
  const int32_t mask = static_cast<int32_t>((uint32_t{1} << exponent) - 1);
  const int32_t threshold = (mask >> 1) + (x < 0 ? 1 : 0);
  return (x >> exponent) + ((x & mask) > threshold ? 1 : 0);
}

// x times the factor, rounded twice: as the 32-bit kernels are defined.
inline int32_t MultiplyByRequant(int32_t x, int32_t multiplier, int shift) {
  const auto high_mul = [](int32_t a, int32_t b) {
    return static_cast<int32_t>((static_cast<int64_t>(a) * b + (int64_t{1} << 30)) >> 31);
  };
  if (shift >= 0) {
    return high_mul(static_cast<int32_t>(static_cast<uint32_t>(x) << shift), multiplier);
  }
  // Halves away from zero: one less when negative, then halves upwards. A multiplier below 2^31
  // keeps the product away from the ends of its type, so neither sum overflows.
  const int32_t product = high_mul(x, multiplier);
  return (((product + (product >> 31)) >> (-shift - 1)) + 1) >> 1;
}
inline int32_t MultiplyByRequant(int32_t x, Requant requant) {
  return MultiplyByRequant(x, requant.multiplier, requant.shift);
}

// x times the factor for 64-bit accumulators (int16 activations): 16 bits of the multiplier,
// rounded once. |x| < 2^47; shift <= 7.
inline int32_t MultiplyByRequant64(int64_t x, int32_t multiplier, int shift) {
  const int32_t reduced = multiplier < 0x7FFF0000 ? (multiplier + (1 << 15)) >> 16 : 0x7FFF;
  const int total_shift = 15 - shift;
  return static_cast<int32_t>((x * reduced + (int64_t{1} << (total_shift - 1))) >> total_shift);
}

inline int32_t Clamp(int32_t x, int32_t low, int32_t high) {
  return x < low ? low : x > high ? high : x;
}
inline float ClampFloat(float x, float low, float high) {
  return x < low ? low : x > high ? high : x;
}

// Halves away from zero; what no int32 holds becomes the end of +-2^30 that it lies beyond, so
// that a zero point can be added. Not a number becomes 0.
inline int32_t RoundToInt(float x) {
  if (!(x < 1073741824.0f)) return x > 0.0f ? 1 << 30 : 0;
  if (x < -1073741824.0f) return -(1 << 30);
  const int32_t whole = static_cast<int32_t>(x);
  const float rest = x - static_cast<float>(whole);
  return whole + (rest >= 0.5f ? 1 : rest <= -0.5f ? -1 : 0);
}

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_COMMON_QUANTIZATION_H_
