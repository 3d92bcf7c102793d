#include "micro/kernels/common/fixed_point16.h"

#include <gtest/gtest.h>

#include <cmath>

namespace millrace::micro {
namespace {

double Real(int32_t x, int integer_bits) { return std::ldexp(x, integer_bits - 15); }

TEST(FixedPoint16, LogisticAndTanhOfEveryValue) {
  for (int bits = 0; bits <= 6; ++bits) {
    for (int32_t i = INT16_MIN; i <= INT16_MAX; ++i) {
      const auto x = static_cast<int16_t>(i);
      const double real = Real(x, bits);
      if (bits <= 5) {
        ASSERT_NEAR(Real(LogisticFixed16(x, bits), 0), 1 / (1 + std::exp(-real)), 6e-4) << x;
      }
      ASSERT_NEAR(Real(TanhFixed16(x, bits), 0), std::tanh(real), 1.5e-3) << x << " with " << bits;
    }
    EXPECT_EQ(TanhFixed16(0, bits), 0);
  }
  EXPECT_EQ(LogisticFixed16(0, 3), 1 << 14);
}

TEST(FixedPoint16, IsSymmetric) {
  for (int32_t i = 1; i <= INT16_MAX; ++i) {
    const auto x = static_cast<int16_t>(i), negative = static_cast<int16_t>(-i);
    ASSERT_EQ(TanhFixed16(x, 4), -TanhFixed16(negative, 4));
    ASSERT_EQ(LogisticFixed16(x, 3), INT16_MAX - LogisticFixed16(negative, 3));
  }
}

}  // namespace
}  // namespace millrace::micro
