#include "micro/kernels/common/sigmoid16.h"

#include <gtest/gtest.h>

#include <cmath>

namespace millrace::micro {
namespace {

constexpr double kStep = 1.0 / (3 * 4096);

TEST(Sigmoid16, IsWithinTwoStepsOfTheFunctions) {
  for (int32_t x = -3 * 32768; x < 3 * 32768; x += 7) {
    EXPECT_NEAR(Sigmoid16(x), 32768 / (1 + std::exp(-x * kStep)), 1.3) << x;
    EXPECT_NEAR(Tanh16(x), 32768 * std::tanh(x * kStep), 2.6) << x;
  }
}

TEST(Sigmoid16, KnotsAreLiftedByHalfTheErrorOfTheChord) {
  for (int i = 0; i < 254; ++i) {
    const double s = 1 / (1 + std::exp(-i / 24.0));
    const double knot = std::floor(65536 * (s - s * (1 - s) * (1 - 2 * s) / 576 / 16) + 0.5);
    EXPECT_EQ(Sigmoid16(i * 512), std::floor((knot + 1) / 2)) << i;
  }
}

// As tensorflow lite micro has them, for x = 3 * q with q in steps of 1 / 4096.
TEST(Sigmoid16, Recorded) {
  struct Case {
    int32_t q;
    int16_t sigmoid, tanh;
  };
  const Case cases[] = {
      {-32768, 11, -32767},  {-21760, 161, -32767}, {-21759, 161, -32767}, {-12345, 1534, -32611},
      {-4096, 8812, -24956}, {-1000, 14394, -7845}, {-3, 16378, -24},      {-1, 16382, -8},
      {0, 16384, 0},         {1, 16386, 8},         {2, 16388, 16},        {500, 17383, 3980},
      {4097, 23957, 24959},  {9999, 30143, 32275},  {21717, 32606, 32766}, {21720, 32606, 32767},
      {21760, 32607, 32767}, {32767, 32757, 32767},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Sigmoid16(3 * c.q), c.sigmoid) << c.q;
    EXPECT_EQ(Tanh16(3 * c.q), c.tanh) << c.q;
  }
}

TEST(Sigmoid16, SaturatesAtTheEndsOfTheArgument) {
  EXPECT_EQ(Sigmoid16(INT32_MAX), 32767);
  EXPECT_EQ(Sigmoid16(INT32_MIN), 1);
  EXPECT_EQ(Tanh16(INT32_MAX), 32767);
  EXPECT_EQ(Tanh16(INT32_MIN), -32767);
}

}  // namespace
}  // namespace millrace::micro
