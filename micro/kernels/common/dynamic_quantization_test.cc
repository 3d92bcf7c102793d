#include "micro/kernels/common/dynamic_quantization.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace millrace::micro {
namespace {

using ::testing::ElementsAre;

TEST(QuantizeSymmetric, LargestMagnitudeBecomes127) {
  const float values[] = {1.0f, -2.0f, 0.5f, 0.0f};
  int8_t q[4];
  const DynamicScale s = QuantizeSymmetric(values, 4, q);
  EXPECT_FLOAT_EQ(s.scale, 2.0f / 127);
  EXPECT_EQ(s.zero_point, 0);
  EXPECT_THAT(q, ElementsAre(64, -127, 32, 0));
}

TEST(QuantizeAsymmetric, RangeHoldsZero) {
  const float values[] = {1.0f, 3.0f, 2.55f};
  int8_t q[3];
  const DynamicScale s = QuantizeAsymmetric(values, 3, q);
  EXPECT_FLOAT_EQ(s.scale, 3.0f / 255);
  EXPECT_EQ(s.zero_point, -128);
  EXPECT_THAT(q, ElementsAre(-43, 127, 89));
}

TEST(DynamicQuantization, ZerosAndWhatIsNoNumber) {
  for (const float value : {0.0f, NAN}) {
    const float values[] = {value, 0.0f};
    int8_t q[2] = {5, 5};
    EXPECT_EQ(QuantizeSymmetric(values, 2, q).scale, 1.0f);
    EXPECT_THAT(q, ElementsAre(0, 0));
    EXPECT_EQ(QuantizeAsymmetric(values, 2, q).scale, 1.0f);
    EXPECT_THAT(q, ElementsAre(0, 0));
  }
  const float values[] = {HUGE_VALF, 1.0f};
  int8_t q[2];
  QuantizeSymmetric(values, 2, q);
  QuantizeAsymmetric(values, 2, q);
}

}  // namespace
}  // namespace millrace::micro
