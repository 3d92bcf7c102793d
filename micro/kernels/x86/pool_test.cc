// The loops of this folder against the reference.
#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <vector>

#include "micro/kernels/reference/pool_windows.h"

namespace millrace::micro {
namespace {

// Windows inside and at the edge.
PoolShape ShapeOf(int32_t channels, int32_t window, int32_t stride) {
  return {2,
          7,
          9,
          (7 - 1) / stride + 1,
          (9 - 1) / stride + 1,
          channels,
          window,
          window,
          stride,
          stride,
          window / 2,
          window / 2};
}

template <typename T>
class Pooling : public ::testing::Test {};
using Types = ::testing::Types<int8_t, uint8_t, int16_t>;
TYPED_TEST_SUITE(Pooling, Types);

TYPED_TEST(Pooling, OfIntegersIsTheReference) {
  using Ends = std::numeric_limits<TypeParam>;
  const IntRange range = {Ends::min() + 3, Ends::max() - 2};
  std::mt19937 random(1);
  for (const int32_t channels : {3, 8, 11, 32}) {
    for (const int32_t window : {1, 2, 3, 6}) {
      const PoolShape s = ShapeOf(channels, window, window > 2 ? 2 : 1);
      std::vector<TypeParam> input(static_cast<size_t>(2 * 7 * 9 * channels));
      for (TypeParam& x : input) x = static_cast<TypeParam>(random());
      std::vector<TypeParam> actual(
          static_cast<size_t>(2 * s.output_height * s.output_width * channels));
      std::vector<TypeParam> expected(actual.size());
      AveragePoolLoop(s, range, input.data(), actual.data());
      AverageOfInts(s, range, input.data(), expected.data());
      ASSERT_EQ(actual, expected) << channels << " " << window;
      MaxPoolLoop(s, range, input.data(), actual.data());
      MaxOfInts(s, range, input.data(), expected.data());
      ASSERT_EQ(actual, expected) << channels << " " << window;
    }
  }
}

TEST(Pooling, OfFloatsIsTheReference) {
  const FloatRange range = {-0.8f, 0.7f};
  std::mt19937 random(1);
  std::uniform_real_distribution<float> uniform(-1, 1);
  for (const int32_t channels : {3, 8, 11, 32}) {
    const PoolShape s = ShapeOf(channels, 3, 2);
    std::vector<float> input(static_cast<size_t>(2 * 7 * 9 * channels));
    for (float& x : input) x = uniform(random);
    std::vector<float> actual(static_cast<size_t>(2 * s.output_height * s.output_width * channels));
    std::vector<float> expected(actual.size());
    AveragePoolLoop(s, range, input.data(), actual.data());
    AverageOfFloats(s, range, input.data(), expected.data());
    ASSERT_EQ(actual, expected) << channels;
    input[static_cast<size_t>(4 * channels)] = std::numeric_limits<float>::quiet_NaN();
    MaxPoolLoop(s, range, input.data(), actual.data());
    MaxOfFloats(s, range, input.data(), expected.data());
    ASSERT_EQ(actual, expected) << channels;
  }
}

}  // namespace
}  // namespace millrace::micro
