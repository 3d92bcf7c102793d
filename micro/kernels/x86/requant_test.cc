#include "micro/kernels/x86/requant.h"

#include <gtest/gtest.h>

#include <random>

namespace millrace::micro::x86 {
namespace {

TEST(Requant8, IsMultiplyByRequant) {
  std::mt19937 random(1);
  for (int shift = -31; shift <= 30; ++shift) {
    for (int i = 0; i < 200; ++i) {
      alignas(32) int32_t x[8], multipliers[8], actual[8];
      int8_t shifts[8];
      for (int k = 0; k < 8; ++k) {
        x[k] = static_cast<int32_t>(random()) >> (random() % 31);
        multipliers[k] = static_cast<int32_t>((uint32_t{1} << 30) + random() % (1u << 30));
        shifts[k] = static_cast<int8_t>(k % 2 == 0 ? shift : static_cast<int>(random() % 62) - 31);
      }
      if (i == 0) x[0] = INT32_MIN, x[1] = INT32_MAX, x[2] = 0, x[3] = -1;
      const Requant8 factors = LoadRequant8({multipliers, shifts}, 0);
      const __m256i product =
          MultiplyByRequant8(_mm256_load_si256(reinterpret_cast<const __m256i*>(x)), factors);
      _mm256_store_si256(reinterpret_cast<__m256i*>(actual), product);
      for (int k = 0; k < 8; ++k) {
        ASSERT_EQ(actual[k], MultiplyByRequant(x[k], multipliers[k], shifts[k]))
            << x[k] << " * " << multipliers[k] << " << " << int{shifts[k]};
      }
    }
  }
}

template <typename T>
void ExpectHalvedBytes(int32_t zero, IntRange range) {
  std::mt19937 random(2);
  const HalvedOutput<T> output(zero, range);
  for (int shift = -31; shift <= -1; ++shift) {
    for (int i = 0; i < 100; ++i) {
      alignas(32) int32_t x[4][8], multipliers[8];
      int8_t shifts[8];
      for (int k = 0; k < 8; ++k) {
        multipliers[k] = static_cast<int32_t>((uint32_t{1} << 30) + random() % (1u << 30));
        shifts[k] = static_cast<int8_t>(k % 2 == 0 ? shift : -1 - static_cast<int>(random() % 31));
        for (auto& of_vector : x) {
          of_vector[k] = static_cast<int32_t>(random()) >> (random() % 31);
        }
        // Halves, where what is rounded twice tells.
        x[3][k] = (i - 50) * (1 << (-1 - shifts[k])) / 2 + static_cast<int32_t>(random() % 3) - 1;
      }
      if (i == 0) x[0][0] = INT32_MIN, x[0][1] = INT32_MAX, x[0][2] = 0, x[0][3] = -1;
      ASSERT_TRUE(AreHalving({multipliers, shifts}, 0));
      const Halving8 factors = LoadHalving8({multipliers, shifts}, 0);
      __m256i values[4];
      for (int v = 0; v < 4; ++v) {
        values[v] =
            TimesHalving8(_mm256_load_si256(reinterpret_cast<const __m256i*>(x[v])), factors);
      }
      const __m256i bytes = output.Bytes(values[0], values[1], values[2], values[3]);
      for (int count = 1; count <= 4; ++count) {
        T actual[4 * 9] = {};
        StoreEights(bytes, count, actual, 9);
        for (int v = 0; v < 4; ++v) {
          for (int k = 0; k < 8; ++k) {
            const int32_t scaled = MultiplyByRequant(x[v][k], multipliers[k], shifts[k]);
            const int32_t expected = v < count ? Clamp(scaled + zero, range.low, range.high) : 0;
            ASSERT_EQ(actual[v * 9 + k], expected)
                << x[v][k] << " * " << multipliers[k] << " << " << int{shifts[k]};
          }
        }
      }
    }
  }
}

TEST(HalvedOutput, IsMultiplyByRequant) {
  ExpectHalvedBytes<int8_t>(-128, {-128, 127});
  ExpectHalvedBytes<int8_t>(127, {-20, 127});
  ExpectHalvedBytes<int8_t>(3, {3, 100});
  ExpectHalvedBytes<uint8_t>(0, {0, 255});
  ExpectHalvedBytes<uint8_t>(200, {200, 255});
}

TEST(HalvedOutput, IsNotForOtherFactors) {
  const int32_t multipliers[8] = {};
  for (int k = 0; k < 8; ++k) {
    int8_t shifts[8] = {-1, -1, -1, -31, -5, -1, -1, -1};
    EXPECT_TRUE(AreHalving({multipliers, shifts}, 0));
    shifts[k] = 0;
    EXPECT_FALSE(AreHalving({multipliers, shifts}, 0));
  }
}

TEST(Output8, AddsTheZeroPointAndClamps) {
  const int32_t values[8] = {-1000, -10, -1, 0, 1, 10, 1000, 7};
  int8_t out[8];
  Output8(5, {-3, 20}).Store(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(values)), out);
  const int8_t expected[8] = {-3, -3, 4, 5, 6, 15, 20, 12};
  for (int k = 0; k < 8; ++k) EXPECT_EQ(out[k], expected[k]);
}

}  // namespace
}  // namespace millrace::micro::x86
