#include "micro/kernels/common/quantization.h"

namespace millrace::micro {
namespace {

// |value| = mantissa * 2^exponent with 2^23 <= mantissa < 2^24, or mantissa 0. Subnormal values
// too.
struct FloatParts {
  uint32_t mantissa;
  int exponent;
};

bool Split(float value, FloatParts* parts) {
  uint32_t bits;
  __builtin_memcpy(&bits, &value, sizeof(bits));
  const int biased = static_cast<int>(bits >> 23);  // the sign is its bit 8
  if (biased >= 255) return false;                  // negative, infinite or not a number
  uint32_t mantissa = bits & 0x7FFFFF;
  int exponent = biased - 150;
  if (biased > 0) {
    mantissa |= 0x800000;
  } else {
    exponent = -149;
    while (mantissa != 0 && mantissa < 0x800000) mantissa <<= 1, --exponent;
  }
  *parts = {mantissa, exponent};
  return true;
}

constexpr int kMinShift = -31;
constexpr int kMaxShift = 30;

bool Finish(uint64_t multiplier, int shift, Requant* requant) {
  if (multiplier == uint64_t{1} << 31) {
    multiplier >>= 1;
    ++shift;
  }
  if (shift > kMaxShift) return false;
  if (shift < kMinShift) {
    *requant = Requant();
    return true;
  }
  *requant = {static_cast<int32_t>(multiplier), shift};
  return true;
}

}  // namespace

bool RequantOf(double factor, Requant* requant) {
  uint64_t bits;
  __builtin_memcpy(&bits, &factor, sizeof(bits));
  if (bits << 1 == 0) {  // either zero
    *requant = Requant();
    return true;
  }
  const int biased = static_cast<int>(bits >> 52);
  if (biased >= 2047) return false;
  if (biased == 0) {  // subnormal: below 2^-31 by far
    *requant = Requant();
    return true;
  }
  // factor = mantissa / 2^53 * 2^shift with mantissa in [2^52, 2^53); keep 31 bits, halves up.
  const uint64_t mantissa = (bits & ((uint64_t{1} << 52) - 1)) | (uint64_t{1} << 52);
  return Finish((mantissa + (uint64_t{1} << 21)) >> 22, biased - 1022, requant);
}

bool RequantOf(float a, float b, float c, Requant* requant) {
  FloatParts pa, pb, pc;
  if (!Split(a, &pa) || !Split(b, &pb) || !Split(c, &pc) || pc.mantissa == 0) return false;
  if (pa.mantissa == 0 || pb.mantissa == 0) {
    *requant = Requant();
    return true;
  }
  // The product is exact in 48 bits: p in [2^46, 2^48). With the point so placed that the quotient
  // lies in [2^30, 2^31), its integer part is the multiplier, and what is left decides the
  // rounding.
  const uint64_t product = uint64_t{pa.mantissa} * pb.mantissa;
  const uint32_t divisor = pc.mantissa;
  int shift = pa.exponent + pb.exponent - pc.exponent;
  // quotient of product / divisor is in (2^22, 2^25]; find how many bits it lacks to have 31.
  int up = 31 - 25;
  while ((product << up) < (uint64_t{divisor} << 30)) ++up;
  shift += 31 - up;
  // Long division, 8 bits a step, so that a 32-bit divide does: the remainder is below 2^24.
  const uint64_t dividend = product << up;  // below 2^55
  uint32_t quotient = 0;
  uint32_t remainder = static_cast<uint32_t>(dividend >> 32);  // below 2^23, so below the divisor
  for (int at = 24; at >= 0; at -= 8) {
    const uint32_t part = (remainder << 8) | (static_cast<uint32_t>(dividend >> at) & 0xFF);
    quotient = (quotient << 8) | (part / divisor);
    remainder = part % divisor;
  }
  // The double that this stands for has 22 bits behind the point, rounded to even; a fraction
  // within 2^-23 of a half became a half, which rounds up.
  const uint64_t fraction = (uint64_t{remainder} << 23) + divisor;
  if (fraction >= uint64_t{divisor} << 22) ++quotient;
  return Finish(quotient, shift, requant);
}

}  // namespace millrace::micro
