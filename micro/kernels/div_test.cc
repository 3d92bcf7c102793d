#include "micro/kernels/div.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/core/op_options.h"
#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

Options Fused(Activation activation) {
  return Options().Set(DivOptions::kFusedActivationFunction, activation);
}

TEST(Div, Float) {
  OpTest op(kDivOp);
  op.Add(Input<float>({2, 2}, {1, -2, 3, 8})).Add(Constant<float>({2}, {2, 4}));
  op.AddOutput(Input<float>({2, 2})).Set(Fused(Activation::kRelu));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(), ElementsAre(0.5f, 0, 1.5f, 2));
}

TEST(Div, Int32IsTowardsZero) {
  OpTest op(kDivOp);
  op.Add(Input<int32_t>({4}, {7, -7, INT32_MIN, 6})).Add(Input<int32_t>({4}, {2, 2, -1, -6}));
  op.AddOutput(Input<int32_t>({4}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int32_t>(), ElementsAre(3, -3, INT32_MIN, -1));
}

// Recorded from tflite-micro.
TEST(Div, Int8) {
  OpTest op(kDivOp);
  op.Add(Input<int8_t>({8}, {-128, -77, -5, 0, 3, 64, 127, 100}, Quant(0.037f, -5)));
  op.Add(Input<int8_t>({8}, {127, -128, 9, -7, 50, 64, -90, 1}, Quant(0.0121f, 7)));
  op.AddOutput(Input<int8_t>({8}, {}, Quant(0.11f, 4)));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int8_t>(), ElementsAre(-24, 19, 4, -6, 9, 38, -34, -128));
}

TEST(Div, Int8QuotientsTooSmallForAStepAreZero) {
  OpTest op(kDivOp);
  op.Add(Input<int8_t>({3}, {1, -1, 127}, Quant(0.0001f)));
  op.Add(Input<int8_t>({3}, {127, 127, -128}, Quant(1000.0f)));
  op.AddOutput(Input<int8_t>({3}, {}, Quant(1000.0f, 5)));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int8_t>(), ElementsAre(5, 5, 5));
}

TEST(Div, ByZero) {
  OpTest integer(kDivOp);
  integer.Add(Input<int32_t>({2}, {1, 2})).Add(Input<int32_t>({2}, {1, 0}));
  integer.AddOutput(Input<int32_t>({2}));
  EXPECT_EQ(integer.Run(), Status::kInvokeFailed);

  OpTest quantised(kDivOp);  // the zero point stands for 0
  quantised.Add(Input<int8_t>({1}, {1}, Quant(1))).Add(Input<int8_t>({1}, {7}, Quant(1, 7)));
  quantised.AddOutput(Input<int8_t>({1}, {}, Quant(1)));
  EXPECT_EQ(quantised.Run(), Status::kInvokeFailed);

  OpTest real(kDivOp);
  real.Add(Input<float>({2}, {1, -1})).Add(Input<float>({1}, {0})).AddOutput(Input<float>({2}));
  ASSERT_EQ(real.Run(), Status::kOk) << real.Reason();
  EXPECT_THAT(real.Output<float>(), ElementsAre(3.40282347e38f, -3.40282347e38f));
}

TEST(Div, RefusesInt64) {
  OpTest op(kDivOp);
  op.Add(Input<int64_t>({1})).Add(Input<int64_t>({1})).AddOutput(Input<int64_t>({1}));
  EXPECT_EQ(op.Run(), Status::kUnsupportedType);
}

}  // namespace
}  // namespace millrace::micro::testing
