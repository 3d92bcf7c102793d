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

// Divides 64 bits and doubles at once.
constexpr bool kHasDouble = sizeof(void*) >= sizeof(uint64_t);

// Of a dividend whose quotient has 32 bits, by a divisor of 24 bits.
void Divide(uint64_t dividend, uint32_t divisor, uint32_t* quotient, uint32_t* remainder) {
  if constexpr (kHasDouble) {
    *quotient = static_cast<uint32_t>(dividend / divisor);
    *remainder = static_cast<uint32_t>(dividend % divisor);
    return;
  }
  // Long division, 8 bits a step, so that a 32-bit divide does: the remainder is below 2^24.
  const uint32_t low = static_cast<uint32_t>(dividend);
  uint32_t digits = 0, rest = static_cast<uint32_t>(dividend >> 32);
  for (int at = 24; at >= 0; at -= 8) {
    const uint32_t part = (rest << 8) | ((low >> at) & 0xFF);
    const uint32_t digit = part / divisor;
    digits = (digits << 8) | digit;
    rest = part - digit * divisor;
  }
  *quotient = digits;
  *remainder = rest;
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

// Of factor * 2^exponent.
bool FromDouble(double factor, int exponent, Requant* requant) {
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
  return Finish((mantissa + (uint64_t{1} << 21)) >> 22, biased - 1022 + exponent, requant);
}

}  // namespace

bool RequantOf(double factor, Requant* requant) { return FromDouble(factor, 0, requant); }

bool RequantMaker::Set(float a, float c) {
  FloatParts pa, pc;
  if (!Split(a, &pa) || !Split(c, &pc) || pc.mantissa == 0) return false;
  numerator_ = pa.mantissa;
  divisor_ = pc.mantissa;
  exponent_ = pa.exponent - pc.exponent;
  return true;
}

bool RequantMaker::Make(float b, Requant* requant) const {
  FloatParts pb;
  if (!Split(b, &pb)) return false;
  if (numerator_ == 0 || pb.mantissa == 0) {
    *requant = Requant();
    return true;
  }
  // The product is exact in 48 bits; with its highest bit set the quotient is in (2^23, 2^25).
  uint64_t product = uint64_t{numerator_} * pb.mantissa;
  int shift = exponent_ + pb.exponent;
  if ((product >> 47) == 0) product <<= 1, --shift;
  // With 6 or 7 bits more the quotient is in [2^30, 2^31): its integer part is the multiplier, and
  // what is left decides the rounding.
  const int up = static_cast<uint32_t>(product >> 24) >= divisor_ ? 6 : 7;
  shift += 31 - up;
  uint32_t quotient, remainder;
  Divide(product << up, divisor_, &quotient, &remainder);
  // The double that this stands for has 22 bits behind the point, rounded to even; a fraction
  // within 2^-23 of a half became a half, which rounds up.
  const uint64_t fraction = (uint64_t{remainder} << 23) + divisor_;
  if (fraction >= uint64_t{divisor_} << 22) ++quotient;
  return Finish(quotient, shift, requant);
}

bool RequantMaker::Accepts(float b) const {
  FloatParts pb;
  // The largest shift that Make could give, from mantissas of 24 bits rounded up.
  return Split(b, &pb) && exponent_ + pb.exponent + 26 <= kMaxShift;
}

void RequantMaker::MakeTable(const float* b, int count, int32_t* multipliers,
                             int8_t* shifts) const {
  for (int i = 0; i < count; ++i) {
    Requant requant;
    if constexpr (kHasDouble) {
      // The product is exact, so that the quotient is the double that Make follows.
      FromDouble(double(numerator_) * double{b[i]} / double(divisor_), exponent_, &requant);
    } else {
      Make(b[i], &requant);
    }
    multipliers[i] = requant.multiplier;
    shifts[i] = static_cast<int8_t>(requant.shift);
  }
}

bool RequantOf(float a, float b, float c, Requant* requant) {
  RequantMaker maker;
  return maker.Set(a, c) && maker.Make(b, requant);
}

}  // namespace millrace::micro
