#include "micro/kernels/common/quantization.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

namespace millrace::micro {
namespace {

// The published definition, in double precision.
Requant Defined(double factor) {
  Requant requant;
  if (factor == 0) return requant;
  const double mantissa = std::frexp(factor, &requant.shift);
  auto multiplier = static_cast<int64_t>(std::round(mantissa * std::pow(2.0, 31)));
  if (multiplier == int64_t{1} << 31) {
    multiplier /= 2;
    ++requant.shift;
  }
  if (requant.shift < -31) return Requant();
  requant.multiplier = static_cast<int32_t>(multiplier);
  return requant;
}

float FloatOf(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

void ExpectDefined(float a, float b, float c) {
  const double factor = static_cast<double>(a) * b / c;
  const Requant expected = Defined(factor);
  Requant by_integers, by_double;
  ASSERT_TRUE(RequantOf(a, b, c, &by_integers)) << a << " " << b << " " << c;
  ASSERT_TRUE(RequantOf(factor, &by_double));
  EXPECT_EQ(by_integers.multiplier, expected.multiplier) << a << " " << b << " " << c;
  EXPECT_EQ(by_integers.shift, expected.shift) << a << " " << b << " " << c;
  EXPECT_EQ(by_double.multiplier, expected.multiplier);
  EXPECT_EQ(by_double.shift, expected.shift);
}

TEST(RequantOf, IsTheDefinitionBitForBit) {
  std::mt19937 random(1);
  std::uniform_real_distribution<float> exponent(-14, 3);
  for (int i = 0; i < 200000; ++i) {
    const float a = std::exp2(exponent(random)), b = std::exp2(exponent(random));
    ExpectDefined(a, b, std::exp2(exponent(random)));
    // Few bits: quotients that are exact or repeat.
    ExpectDefined(FloatOf(0x3D000000 | (random() & 0x7C0000)),
                  FloatOf(0x3C000000 | (random() & 0x7FFFFF)),
                  FloatOf(0x3F000000 | (random() & 0x600003)));
  }
}

// Products so chosen that the quotient lies next to a half of the last bit, where the definition
// rounds the double first.
TEST(RequantOf, RoundsTwiceWhereTheDefinitionDoes) {
  std::mt19937 random(2);
  for (int i = 0; i < 200000; ++i) {
    const float c = FloatOf(0x3F800000 | (random() & 0x7FFFFF));
    const double target = ((1u << 30) + random() % (1u << 30) + 0.5) / (1u << 31);
    const auto a = static_cast<float>(std::sqrt(target * c));
    ExpectDefined(a, static_cast<float>(target * c / a), c);
  }
}

TEST(RequantOf, TakesTheEdges) {
  const float tiny = std::numeric_limits<float>::denorm_min();
  ExpectDefined(0, 1, 1);
  ExpectDefined(1, 0, 3);
  ExpectDefined(1, 1, 1);
  ExpectDefined(tiny, 1, 1);
  ExpectDefined(tiny, 3, tiny);
  ExpectDefined(std::ldexp(1.0f, 29), 1, 1);
}

TEST(RequantOf, RefusesWhatIsNoFactor) {
  const float infinite = std::numeric_limits<float>::infinity(), nan = std::nanf("");
  Requant requant;
  for (const float bad : {-1.0f, infinite, -infinite, nan}) {
    EXPECT_FALSE(RequantOf(bad, 1, 1, &requant));
    EXPECT_FALSE(RequantOf(1, bad, 1, &requant));
    EXPECT_FALSE(RequantOf(1, 1, bad, &requant));
    EXPECT_FALSE(RequantOf(static_cast<double>(bad), &requant));
  }
  EXPECT_FALSE(RequantOf(1, 1, 0, &requant));
  EXPECT_FALSE(RequantOf(std::ldexp(1.0f, 20), std::ldexp(1.0f, 20), 1, &requant));
}

TEST(RequantMaker, AcceptsWhatItMakes) {
  std::mt19937 random(3);
  RequantMaker maker;
  ASSERT_TRUE(maker.Set(0.03f, 0.7f));
  for (int i = 0; i < 100000; ++i) {
    const float b = FloatOf(random());
    Requant requant;
    if (maker.Accepts(b)) EXPECT_TRUE(maker.Make(b, &requant)) << b;
    if (b >= 0 && b < 1e6f) EXPECT_TRUE(maker.Accepts(b)) << b;
  }
}

TEST(RequantMaker, MakesTablesOfTheSame) {
  std::mt19937 random(4);
  for (int i = 0; i < 20000; ++i) {
    RequantMaker maker;
    ASSERT_TRUE(
        maker.Set(FloatOf(random() & 0x4FFFFFFF), FloatOf(0x30000000 + random() % 0x1FFFFFFF)));
    const float b = FloatOf(i == 0 ? 0 : i < 100 ? random() & 0x7FFFFF : random() & 0x7FFFFFFF);
    if (!maker.Accepts(b)) continue;
    Requant expected;
    ASSERT_TRUE(maker.Make(b, &expected));
    int32_t multiplier;
    int8_t shift;
    maker.MakeTable(&b, 1, &multiplier, &shift);
    ASSERT_EQ(multiplier, expected.multiplier) << b;
    ASSERT_EQ(shift, expected.shift) << b;
  }
}

// The definition of the 32-bit product: rounded with halves upwards, then shifted and rounded again
// with halves away from zero.
TEST(MultiplyByRequant, RoundsTwice) {
  const auto defined = [](int64_t x, int64_t multiplier, int shift) {
    const int left = std::max(shift, 0), right = std::max(-shift, 0);
    const double high = std::floor(static_cast<double>(x * (int64_t{1} << left)) *
                                       static_cast<double>(multiplier) / std::pow(2.0, 31) +
                                   0.5);
    return static_cast<int32_t>(std::round(high / std::pow(2.0, right)));
  };
  std::mt19937 random(4);
  for (int i = 0; i < 200000; ++i) {
    const int shift = static_cast<int>(random() % 20) - 15;
    // So small that the products are exact in a double.
    const int32_t x = static_cast<int32_t>(random() % (1 << 18)) - (1 << 17);
    const auto multiplier = static_cast<int32_t>((1u << 30) + random() % (1u << 30));
    EXPECT_EQ(MultiplyByRequant(x, multiplier, shift), defined(x, multiplier, shift))
        << x << " " << multiplier << " " << shift;
  }
  EXPECT_EQ(MultiplyByRequant(3, 1 << 30, 0), 2) << "1.5";
  EXPECT_EQ(MultiplyByRequant(-3, 1 << 30, 0), -1) << "-1.5";
  EXPECT_EQ(MultiplyByRequant(-6, 1 << 30, -1), -2) << "-3 halved";
}

TEST(MultiplyByRequant64, UsesSixteenBitsOfTheMultiplier) {
  EXPECT_EQ(MultiplyByRequant64(int64_t{1} << 40, 1 << 30, -20), 1 << 19);
  EXPECT_EQ(MultiplyByRequant64(3, 1 << 30, 0), 2);
  EXPECT_EQ(MultiplyByRequant64(-3, 1 << 30, 0), -1) << "halves up, not away from zero";
  EXPECT_EQ(MultiplyByRequant64(1 << 20, INT32_MAX, 0),
            ((int64_t{1} << 20) * 0x7FFF + (1 << 14)) >> 15);
}

}  // namespace
}  // namespace millrace::micro
