#include "core/tensor/float16.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <random>

#include "gtest/gtest.h"

namespace millrace {
namespace {

uint32_t BitsOf(float f) {
  uint32_t u;
  std::memcpy(&u, &f, 4);
  return u;
}

float FloatOf(uint32_t u) {
  float f;
  std::memcpy(&f, &u, 4);
  return f;
}

// What a 16-bit format with `mantissa` bits of fraction and exponent bias `bias` stands for, from
// its definition.
double ValueOf(uint16_t bits, int mantissa, int bias) {
  const int exponent_bits = 15 - mantissa;
  const int exponent = (bits & 0x7fff) >> mantissa;
  const int fraction = bits & ((1 << mantissa) - 1);
  const double sign = bits & 0x8000 ? -1.0 : 1.0;
  if (exponent == (1 << exponent_bits) - 1) return fraction ? NAN : sign * INFINITY;
  if (exponent == 0) return sign * std::ldexp(fraction, 1 - bias - mantissa);
  return sign * std::ldexp(fraction + (1 << mantissa), exponent - bias - mantissa);
}

// Rounds to nearest, ties to even, by search: the representable neighbours of |f| are consecutive
// bit patterns.
uint16_t Rounded(float f, int mantissa, int bias) {
  const uint16_t sign = std::signbit(f) ? 0x8000 : 0;
  const double x = std::fabs(static_cast<double>(f));
  const uint16_t infinity = static_cast<uint16_t>(((1 << (15 - mantissa)) - 1) << mantissa);
  // Largest pattern whose value is not over x; the spacing goes on as if infinity were the next
  // power of two.
  uint16_t low = 0;
  uint16_t high = infinity;
  auto value = [&](uint16_t b) {
    return b == infinity ? std::ldexp(1.0, bias + 1) : ValueOf(b, mantissa, bias);
  };
  if (x >= value(infinity)) return sign | infinity;
  while (high - low > 1) {
    const uint16_t mid = static_cast<uint16_t>((low + high) / 2);
    (value(mid) <= x ? low : high) = mid;
  }
  const double below = x - value(low);
  const double above = value(high) - x;
  if (below < above) return sign | low;
  if (above < below) return sign | high;
  return sign | (low % 2 == 0 ? low : high);
}

// Floats of every exponent with fractions at and about the ties of both formats, and random ones.
template <typename F>
void ForManyFloats(F check) {
  const uint32_t fractions[] = {0,        1,        0x0fff,   0x1000,   0x1001,  0x1fff,
                                0x2000,   0x2fff,   0x3000,   0x3001,   0x7fff,  0x8000,
                                0x8001,   0xffff,   0x10000,  0x17fff,  0x18000, 0x18001,
                                0x400000, 0x555555, 0x7fefff, 0x7ff000, 0x7fffff};
  for (uint32_t exponent = 0; exponent < 255; ++exponent) {
    for (const uint32_t fraction : fractions) {
      check(FloatOf(exponent << 23 | fraction));
      check(FloatOf(0x80000000u | exponent << 23 | fraction));
    }
  }
  std::mt19937 random(7);
  for (int i = 0; i < 100000; ++i) {
    const float f = FloatOf(random());
    if (!std::isnan(f)) check(f);
    check(FloatOf((random() & 0x8fffffffu) | 0x30000000u));  // the range of half
  }
}

TEST(HalfTest, EveryValueConvertsToItsFloat) {
  for (uint32_t b = 0; b < 0x10000; ++b) {
    const half h = half::FromBits(static_cast<uint16_t>(b));
    const double want = ValueOf(h.bits, 10, 15);
    const float got = h;
    if (std::isnan(want)) {
      EXPECT_TRUE(std::isnan(got)) << b;
      EXPECT_TRUE(std::isnan(static_cast<float>(half(got)))) << b;
    } else {
      EXPECT_EQ(static_cast<double>(got), want) << b;
      EXPECT_EQ(std::signbit(got), (b & 0x8000) != 0) << b;
      EXPECT_EQ(half(got).bits, b);
    }
  }
}

TEST(HalfTest, RoundsToNearestEven) {
  ForManyFloats([](float f) { ASSERT_EQ(half(f).bits, Rounded(f, 10, 15)) << std::hexfloat << f; });
  EXPECT_EQ(half(65519.996f).bits, 0x7bff);
  EXPECT_EQ(half(65520.0f).bits, 0x7c00);
  EXPECT_EQ(half(std::ldexp(1.0f, -25)).bits, 0);  // half the smallest subnormal, to even
  EXPECT_EQ(half(std::ldexp(1.5f, -25)).bits, 1);
}

TEST(BFloat16Test, EveryValueConvertsToItsFloat) {
  for (uint32_t b = 0; b < 0x10000; ++b) {
    const bfloat16 h = bfloat16::FromBits(static_cast<uint16_t>(b));
    EXPECT_EQ(BitsOf(h), b << 16);
    const bool is_nan = (b & 0x7f80) == 0x7f80 && (b & 0x7f) != 0;
    if (is_nan) continue;
    EXPECT_EQ(bfloat16(static_cast<float>(h)).bits, b);
  }
}

TEST(BFloat16Test, RoundsToNearestEven) {
  ForManyFloats(
      [](float f) { ASSERT_EQ(bfloat16(f).bits, Rounded(f, 7, 127)) << std::hexfloat << f; });
}

TEST(BFloat16Test, ANanStaysAQuietNan) {
  for (const uint32_t u : {0x7f800001u, 0x7f80ffffu, 0x7fffffffu, 0xff800001u, 0x7fc00000u}) {
    const bfloat16 h(FloatOf(u));
    EXPECT_TRUE(std::isnan(static_cast<float>(h))) << std::hex << u;
    EXPECT_NE(h.bits & 0x40, 0) << std::hex << u;
    EXPECT_EQ(h.bits >> 15, u >> 31);
  }
}

TEST(Float16Test, LimitsAreThoseOfTheFormats) {
  EXPECT_EQ(static_cast<float>(std::numeric_limits<half>::max()), 65504.0f);
  EXPECT_EQ(static_cast<float>(std::numeric_limits<half>::lowest()), -65504.0f);
  EXPECT_EQ(static_cast<float>(std::numeric_limits<half>::epsilon()), std::ldexp(1.0f, -10));
  EXPECT_EQ(static_cast<float>(std::numeric_limits<bfloat16>::epsilon()), std::ldexp(1.0f, -7));
  EXPECT_TRUE(std::isinf(static_cast<float>(std::numeric_limits<bfloat16>::infinity())));
  EXPECT_TRUE(std::isnan(static_cast<float>(std::numeric_limits<half>::quiet_NaN())));
}

}  // namespace
}  // namespace millrace
