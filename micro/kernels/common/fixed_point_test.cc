#include "micro/kernels/common/fixed_point.h"

#include <gtest/gtest.h>

#include <cmath>

namespace millrace::micro {
namespace {

double Real(int32_t x, int integer_bits) { return std::ldexp(x, integer_bits - 31); }

TEST(FixedPoint, ExpOfNegative) {
  for (int bits = 0; bits <= 5; ++bits) {
    EXPECT_EQ(ExpOfNegative(0, bits), INT32_MAX);
    for (int64_t x = -1; x >= INT32_MIN; x = x * 5 / 4 - 12345) {
      EXPECT_NEAR(Real(ExpOfNegative(static_cast<int32_t>(x), bits), 0),
                  std::exp(Real(static_cast<int32_t>(x), bits)), 3e-7)
          << x << " with " << bits;
    }
    EXPECT_NEAR(Real(ExpOfNegative(INT32_MIN, bits), 0), std::exp(-std::ldexp(1, bits)), 3e-7);
  }
}

TEST(FixedPoint, ReciprocalOfOnePlus) {
  for (int64_t x = 0; x <= INT32_MAX; x += 10000019) {
    EXPECT_NEAR(Real(ReciprocalOfOnePlus(static_cast<int32_t>(x)), 0),
                1 / (1 + Real(static_cast<int32_t>(x), 0)), 4e-9);
  }
  EXPECT_NEAR(Real(ReciprocalOfOnePlus(INT32_MAX), 0), 0.5, 4e-9);
}

TEST(FixedPoint, LogisticAndTanh) {
  for (int bits = 0; bits <= 4; ++bits) {
    for (int64_t i = INT32_MIN + 1; i <= INT32_MAX; i += 10000019) {
      const auto x = static_cast<int32_t>(i);
      const double real = Real(x, bits);
      EXPECT_NEAR(Real(LogisticFixed(x, bits), 0), 1 / (1 + std::exp(-real)), 2e-7);
      EXPECT_NEAR(Real(TanhFixed(x, bits), 0), std::tanh(real), 4e-7);
    }
    EXPECT_EQ(LogisticFixed(0, bits), 1 << 30);
    EXPECT_EQ(TanhFixed(0, bits), 0);
  }
}

}  // namespace
}  // namespace millrace::micro
