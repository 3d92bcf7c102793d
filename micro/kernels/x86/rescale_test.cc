// Loops that rescale and quantise against the arithmetic of one element, and look-ups of bytes.
#include "micro/kernels/loops/rescale.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "micro/kernels/loops/byte_table.h"

namespace millrace::micro {
namespace {

std::mt19937& Random() {
  static std::mt19937 random(1);
  return random;
}

int32_t Between(int32_t low, int32_t high) {
  return std::uniform_int_distribution<int32_t>(low, high)(Random());
}

Requant RandomRequant() {
  Requant requant;
  const float exponent = std::uniform_real_distribution<float>(-34.0f, 20.0f)(Random());
  EXPECT_TRUE(RequantOf(std::exp2(double{exponent}), &requant));
  return requant;
}

template <typename T>
IntRange RandomRange() {
  constexpr int32_t kLow = std::numeric_limits<T>::min(), kHigh = std::numeric_limits<T>::max();
  if (Between(0, 3) == 0) return {kLow, kHigh};
  const int32_t middle = Between(kLow, kHigh);
  return {Between(kLow, middle), Between(middle, kHigh)};
}

// Values of all magnitudes, the ends among them.
template <typename T>
std::vector<T> Values(size_t count) {
  std::vector<T> values(count);
  for (T& value : values) {
    value = static_cast<T>(static_cast<T>(Random()()) >> Between(0, 8 * sizeof(T) - 1));
    if (Between(0, 20) == 0) value = std::numeric_limits<T>::min();
    if (Between(0, 20) == 0) value = std::numeric_limits<T>::max();
  }
  return values;
}

template <typename T>
int32_t ZeroPoint() {
  constexpr int32_t kMost = 1 << 20;  // a damaged model's
  const int32_t zero = static_cast<T>(Random()());
  return Between(0, 9) == 0 ? kMost : zero > kMost ? kMost : zero < -kMost ? -kMost : zero;
}

const int32_t kCounts[] = {0,  1,  3,   7,   8,   9,   15,  16,  31,  32,
                           33, 64, 100, 255, 256, 767, 768, 800, 3001};

template <typename Out, typename In, typename P, typename Loop>
void ExpectSameAsOneByOne(const P& p, const Loop& loop, const std::vector<In>& input) {
  // What is behind the output is left alone.
  std::vector<Out> output(input.size() + 16, Out{77});
  loop(p, input.data(), static_cast<int32_t>(input.size()), output.data());
  for (size_t i = 0; i < input.size(); ++i) {
    ASSERT_EQ(output[i], static_cast<Out>(p.Of(input[i]))) << i << " of " << input.size();
  }
  for (size_t i = input.size(); i < output.size(); ++i) ASSERT_EQ(output[i], Out{77});
}

template <typename In, typename Out>
void ExpectRescalesAsOneByOne() {
  for (int round = 0; round < 20; ++round) {
    for (const int32_t count : kCounts) {
      const Rescaling p = {RandomRequant(), ZeroPoint<In>(), ZeroPoint<Out>(), RandomRange<Out>()};
      const std::vector<In> input = Values<In>(static_cast<size_t>(count));
      ExpectSameAsOneByOne<Out>(p, RescaleLoop<In, Out>, input);
    }
  }
}

template <typename In>
void ExpectRescalesToAllAsOneByOne() {
  ExpectRescalesAsOneByOne<In, int8_t>();
  ExpectRescalesAsOneByOne<In, uint8_t>();
  ExpectRescalesAsOneByOne<In, int16_t>();
  ExpectRescalesAsOneByOne<In, int32_t>();
}

TEST(Rescale, IsThatOfOneByOne) {
  ExpectRescalesToAllAsOneByOne<int8_t>();
  ExpectRescalesToAllAsOneByOne<uint8_t>();
  ExpectRescalesToAllAsOneByOne<int16_t>();
  ExpectRescalesToAllAsOneByOne<int32_t>();
}

template <typename T>
void ExpectLeaksAsOneByOne() {
  for (int round = 0; round < 20; ++round) {
    for (const int32_t count : kCounts) {
      LeakyRescaling p = {RandomRequant(), RandomRequant(), ZeroPoint<T>(), ZeroPoint<T>(),
                          RandomRange<T>()};
      if (Between(0, 1) == 0) p.below.multiplier = -p.below.multiplier;
      std::vector<T> input = Values<T>(static_cast<size_t>(count));
      ExpectSameAsOneByOne<T>(p, LeakyRescaleLoop<T>, input);
      std::vector<T> expected;
      for (const T value : input) expected.push_back(static_cast<T>(p.Of(value)));
      LeakyRescaleLoop(p, input.data(), count, input.data());
      ASSERT_EQ(input, expected) << "in place, " << count;
    }
  }
}

TEST(LeakyRescale, IsThatOfOneByOne) {
  ExpectLeaksAsOneByOne<int8_t>();
  ExpectLeaksAsOneByOne<uint8_t>();
  ExpectLeaksAsOneByOne<int16_t>();
}

// Halves of steps, what is next to them, and what no integer holds.
std::vector<float> Floats(size_t count, float scale) {
  std::vector<float> values(count);
  for (float& value : values) {
    const auto step = static_cast<float>(Between(-40000, 40000) >> Between(0, 15)) * 0.5f;
    value = step * scale;
    const int kind = Between(0, 7);
    if (kind == 0) value = std::nextafter(value, INFINITY);
    if (kind == 1) value = std::nextafter(value, -INFINITY);
    if (kind == 2) value *= std::uniform_real_distribution<float>(0.0f, 2.0f)(Random());
    if (kind == 3) value *= std::exp2(static_cast<float>(Between(-30, 30)));
    if (Between(0, 30) == 0) value = NAN;
    if (Between(0, 30) == 0) value = Between(0, 1) == 0 ? INFINITY : -INFINITY;
  }
  return values;
}

template <typename Out>
void ExpectQuantisesAsOneByOne() {
  for (int round = 0; round < 20; ++round) {
    for (const int32_t count : kCounts) {
      const float scale = round % 2 == 0 ? std::exp2(static_cast<float>(Between(-20, 10)))
                                         : static_cast<float>(Between(1, 1000)) * 0.000123f;
      const Quantization p = {scale, ZeroPoint<Out>(), RandomRange<Out>()};
      ExpectSameAsOneByOne<Out>(p, QuantizeLoop<Out>, Floats(static_cast<size_t>(count), scale));
    }
  }
}

TEST(Quantize, IsThatOfOneByOne) {
  ExpectQuantisesAsOneByOne<int8_t>();
  ExpectQuantisesAsOneByOne<uint8_t>();
  ExpectQuantisesAsOneByOne<int16_t>();
  ExpectQuantisesAsOneByOne<int32_t>();
}

TEST(ByteTable, LooksUpAnyNumberOfBytes) {
  const std::vector<uint8_t> table = Values<uint8_t>(256);
  for (int32_t count = 0; count < 200; ++count) {
    std::vector<uint8_t> bytes(static_cast<size_t>(count)), expected;
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(Random()());
    for (const uint8_t byte : bytes) expected.push_back(table[byte]);
    LookUpBytes(table.data(), bytes.data(), count, bytes.data());
    ASSERT_EQ(bytes, expected) << count;
  }
}

}  // namespace
}  // namespace millrace::micro
