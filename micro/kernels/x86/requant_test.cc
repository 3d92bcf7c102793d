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

TEST(Output8, AddsTheZeroPointAndClamps) {
  const int32_t values[8] = {-1000, -10, -1, 0, 1, 10, 1000, 7};
  int8_t out[8];
  Output8(5, {-3, 20}).Store(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(values)), out);
  const int8_t expected[8] = {-3, -3, 4, 5, 6, 15, 20, 12};
  for (int k = 0; k < 8; ++k) EXPECT_EQ(out[k], expected[k]);
}

}  // namespace
}  // namespace millrace::micro::x86
