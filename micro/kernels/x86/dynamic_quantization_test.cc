#include "micro/kernels/loops/dynamic_quantization.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace millrace::micro {
namespace {

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
}

}  // namespace
}  // namespace millrace::micro
