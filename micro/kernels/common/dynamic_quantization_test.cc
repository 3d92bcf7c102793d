#include "micro/kernels/common/dynamic_quantization.h"

<<<<<<< HEAD
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
=======
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>
>>>>>>> main

namespace millrace::micro {
namespace {

<<<<<<< HEAD
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
=======
TEST(DynamicQuantization, SymmetricUsesTheWholeRange) {
  const std::vector<float> row = {-2.0f, 1.0f, 0.0f, 0.5f};
  std::vector<int8_t> q(row.size());
  const DynamicScale scale = QuantizeSymmetric(row.data(), 4, q.data());
  EXPECT_FLOAT_EQ(scale.scale, 2.0f / 127);
  EXPECT_EQ(scale.zero_point, 0);
  EXPECT_EQ(q, (std::vector<int8_t>{-127, 64, 0, 32}));  // halves away from zero
}

TEST(DynamicQuantization, AsymmetricRepresentsZeroExactlyAndTheRestWithinHalfAStep) {
  for (const std::vector<float>& row :
       {std::vector<float>{-0.3f, 0.9f, 2.0f}, {1.0f, 2.0f, 3.0f}, {-5.0f, -0.1f, -2.0f}}) {
    std::vector<int8_t> q(row.size());
    const DynamicScale scale =
        QuantizeAsymmetric(row.data(), static_cast<int32_t>(row.size()), q.data());
    EXPECT_GE(scale.zero_point, -128);
    EXPECT_LE(scale.zero_point, 127);
    for (size_t i = 0; i < row.size(); ++i) {
      EXPECT_NEAR(static_cast<float>(q[i] - scale.zero_point) * scale.scale, row[i],
                  scale.scale * 1.01f);
    }
  }
}

TEST(DynamicQuantization, ZerosAndWhatIsNotFinite) {
  const std::vector<float> zeros(3);
  std::vector<int8_t> q = {1, 2, 3};
  EXPECT_EQ(QuantizeSymmetric(zeros.data(), 3, q.data()).scale, 1.0f);
  EXPECT_EQ(q, std::vector<int8_t>(3));
  EXPECT_EQ(QuantizeAsymmetric(zeros.data(), 3, q.data()).scale, 1.0f);
  const std::vector<float> odd = {NAN, std::numeric_limits<float>::infinity(), -INFINITY};
  QuantizeSymmetric(odd.data(), 3, q.data());
  QuantizeAsymmetric(odd.data(), 3, q.data());  // any numbers will do
>>>>>>> main
}

}  // namespace
}  // namespace millrace::micro
