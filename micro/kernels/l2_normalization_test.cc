#include "micro/kernels/l2_normalization.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::Pointwise;

TEST(L2Normalization, Floats) {
  OpTest op(kL2NormalizationOp);
  op.Add(Input<float>({2, 2}, {3, -4, 0, 0})).AddOutput(Input<float>({2, 2}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(),
              Pointwise(FloatNear(1e-6f), std::vector<float>{0.6f, -0.8f, 0, 0}));
}

TEST(L2Normalization, Int8) {
  OpTest op(kL2NormalizationOp);
  op.Add(Input<int8_t>({2, 3}, {13, 3, -27, -128, 127, 3}, Quant(0.1f, 3)));
  op.AddOutput(Input<int8_t>({2, 3}, {}, Quant(1.0f / 128)));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  // 128 * (10, 0, -30) / sqrt(1000); 128 * (-131, 124, 0) / sqrt(32537)
  EXPECT_THAT(op.Output<int8_t>(), ElementsAre(40, 0, -121, -93, 88, 0));
}

TEST(L2Normalization, RefusesOtherScales) {
  OpTest op(kL2NormalizationOp);
  op.Add(Input<int8_t>({2}, {}, Quant(0.1f))).AddOutput(Input<int8_t>({2}, {}, Quant(0.1f)));
  EXPECT_EQ(op.Run(), Status::kInvalidQuantization);
  OpTest scalar(kL2NormalizationOp);
  scalar.Add(Input<float>({})).AddOutput(Input<float>({}));
  EXPECT_EQ(scalar.Run(), Status::kInvalidShape);
}

}  // namespace
}  // namespace millrace::micro::testing
