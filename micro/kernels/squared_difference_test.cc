#include "micro/kernels/squared_difference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

TEST(SquaredDifference, FloatAndInt32) {
  OpTest real(kSquaredDifferenceOp);
  real.Add(Input<float>({2, 2}, {1, 2, 3, 4})).Add(Input<float>({2, 1}, {1, 0.5f}));
  real.AddOutput(Input<float>({2, 2}));
  ASSERT_EQ(real.Run(), Status::kOk) << real.Reason();
  EXPECT_THAT(real.Output<float>(), ElementsAre(0, 1, 6.25f, 12.25f));

  OpTest integer(kSquaredDifferenceOp);
  integer.Add(Input<int32_t>({2}, {1, -3})).Add(Input<int32_t>({}, {5}));
  integer.AddOutput(Input<int32_t>({2}));
  ASSERT_EQ(integer.Run(), Status::kOk) << integer.Reason();
  EXPECT_THAT(integer.Output<int32_t>(), ElementsAre(16, 64));
}

// Recorded from tflite-micro.
TEST(SquaredDifference, Quantised) {
  OpTest narrow(kSquaredDifferenceOp);
  narrow.Add(Input<int8_t>({8}, {-128, -77, -5, 0, 3, 64, 127, 100}, Quant(0.037f, -5)));
  narrow.Add(Input<int8_t>({8}, {127, -128, 9, -7, 50, 64, -90, 1}, Quant(0.0121f, 7)));
  narrow.AddOutput(Input<int8_t>({8}, {}, Quant(0.15f, -100)));
  ASSERT_EQ(narrow.Run(), Status::kOk) << narrow.Reason();
  EXPECT_THAT(narrow.Output<int8_t>(), ElementsAre(127, -93, -100, -99, -100, -77, 127, 4));

  OpTest wide(kSquaredDifferenceOp);
  wide.Add(Input<int16_t>({8}, {-32768, -7777, -5, 0, 3, 6400, 32767, 100}, Quant(0.00037f)));
  wide.Add(Input<int16_t>({8}, {127, -32768, 9999, -7, 500, -6400, -9000, 1}, Quant(0.000121f)));
  wide.AddOutput(Input<int16_t>({8}, {}, Quant(0.015f)));
  ASSERT_EQ(wide.Run(), Status::kOk) << wide.Reason();
  EXPECT_THAT(wide.Output<int16_t>(), ElementsAre(9825, 79, 98, 0, 0, 658, 11640, 0));
}

TEST(SquaredDifference, RefusesAnOutputWithoutScale) {
  OpTest op(kSquaredDifferenceOp);
  op.Add(Input<int8_t>({1}, {}, Quant(1))).Add(Input<int8_t>({1}, {}, Quant(1)));
  op.AddOutput(Input<int8_t>({1}));
  EXPECT_EQ(op.Run(), Status::kInvalidQuantization);
}

}  // namespace
}  // namespace millrace::micro::testing
