// The two 16-bit floating-point types: IEEE half and bfloat16 (the upper half of a float).
// Arithmetic is done in float by implicit conversion; conversion from float rounds to nearest even.
#ifndef MILLRACE_CORE_TENSOR_FLOAT16_H_
#define MILLRACE_CORE_TENSOR_FLOAT16_H_

#include <immintrin.h>

#include <cstdint>
#include <cstring>
#include <limits>

namespace millrace {

struct half {
  uint16_t bits = 0;

  half() = default;
  explicit half(float f) : bits(static_cast<uint16_t>(_cvtss_sh(f, _MM_FROUND_TO_NEAREST_INT))) {}
  explicit half(double d) : half(static_cast<float>(d)) {}
  explicit half(int i) : half(static_cast<float>(i)) {}
  operator float() const { return _cvtsh_ss(bits); }  // NOLINT(google-explicit-constructor)

  static half FromBits(uint16_t b) {
    half h;
    h.bits = b;
    return h;
  }
};

struct bfloat16 {
  uint16_t bits = 0;

  bfloat16() = default;
  explicit bfloat16(float f) {
    uint32_t u;
    std::memcpy(&u, &f, 4);
    if ((u & 0x7fffffffu) > 0x7f800000u) {
      bits = static_cast<uint16_t>((u >> 16) | 0x40u);  // A NaN stays a (quiet) NaN.
    } else {
      bits = static_cast<uint16_t>((u + 0x7fffu + ((u >> 16) & 1u)) >> 16);
    }
  }
  explicit bfloat16(double d) : bfloat16(static_cast<float>(d)) {}
  explicit bfloat16(int i) : bfloat16(static_cast<float>(i)) {}
  operator float() const {  // NOLINT(google-explicit-constructor)
    const uint32_t u = static_cast<uint32_t>(bits) << 16;
    float f;
    std::memcpy(&f, &u, 4);
    return f;
  }

  static bfloat16 FromBits(uint16_t b) {
    bfloat16 h;
    h.bits = b;
    return h;
  }
};

}  // namespace millrace

template <>
class std::numeric_limits<millrace::half> {
 public:
  static constexpr bool is_specialized = true;
  static millrace::half infinity() { return millrace::half::FromBits(0x7c00); }
  static millrace::half quiet_NaN() { return millrace::half::FromBits(0x7e00); }
  static millrace::half max() { return millrace::half::FromBits(0x7bff); }
  static millrace::half lowest() { return millrace::half::FromBits(0xfbff); }
  static millrace::half epsilon() { return millrace::half::FromBits(0x1400); }
};
template <>
class std::numeric_limits<millrace::bfloat16> {
 public:
  static constexpr bool is_specialized = true;
  static millrace::bfloat16 infinity() { return millrace::bfloat16::FromBits(0x7f80); }
  static millrace::bfloat16 quiet_NaN() { return millrace::bfloat16::FromBits(0x7fc0); }
  static millrace::bfloat16 max() { return millrace::bfloat16::FromBits(0x7f7f); }
  static millrace::bfloat16 lowest() { return millrace::bfloat16::FromBits(0xff7f); }
  static millrace::bfloat16 epsilon() { return millrace::bfloat16::FromBits(0x3c00); }
};

#endif  // MILLRACE_CORE_TENSOR_FLOAT16_H_
