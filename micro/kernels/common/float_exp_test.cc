#include "micro/kernels/common/float_exp.h"

#include <gtest/gtest.h>

#include <cmath>

namespace millrace::micro {
namespace {

TEST(FloatExp, IsTheExponential) {
  for (float x = -87.0f; x < 88.7f; x += 0.0137f) {
    const double expected = std::exp(static_cast<double>(x));
    EXPECT_NEAR(FloatExp(x) / expected, 1.0, 3e-7) << x;
  }
}

TEST(FloatExp, Ends) {
  EXPECT_EQ(FloatExp(0.0f), 1.0f);
  EXPECT_EQ(FloatExp(-100.0f), 0.0f);
  EXPECT_EQ(FloatExp(-HUGE_VALF), 0.0f);
  EXPECT_EQ(FloatExp(89.0f), HUGE_VALF);
  EXPECT_EQ(FloatExp(HUGE_VALF), HUGE_VALF);
  EXPECT_TRUE(std::isnan(FloatExp(NAN)));
}

}  // namespace
}  // namespace millrace::micro
