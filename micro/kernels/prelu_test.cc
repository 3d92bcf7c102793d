#include "micro/kernels/prelu.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

TEST(Prelu, FloatByChannel) {
  OpTest op(kPreluOp);
  op.Add(Input<float>({2, 2}, {-2, -2, 3, -4})).Add(Constant<float>({1, 2}, {0.5f, 2}));
  op.AddOutput(Input<float>({2, 2}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(), ElementsAre(-1, -4, 3, -8));
}

// Recorded from tflite-micro.
TEST(Prelu, Int8) {
  OpTest op(kPreluOp);
  op.Add(Input<int8_t>({8}, {-128, -77, -5, 0, 3, 64, 127, 100}, Quant(0.037f, -5)));
  op.Add(Constant<int8_t>({1}, {45}, Quant(0.01f, 3)));
  op.AddOutput(Input<int8_t>({8}, {}, Quant(0.05f, -11)));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int8_t>(), ElementsAre(-49, -33, -11, -7, -5, 40, 87, 67));
}

TEST(Prelu, RefusesWhatDoesNotFit) {
  OpTest types(kPreluOp);
  types.Add(Input<int32_t>({1})).Add(Input<int32_t>({1})).AddOutput(Input<int32_t>({1}));
  EXPECT_EQ(types.Run(), Status::kUnsupportedType);
  OpTest shapes(kPreluOp);
  shapes.Add(Input<float>({2})).Add(Input<float>({3})).AddOutput(Input<float>({2}));
  EXPECT_EQ(shapes.Run(), Status::kInvalidShape);
}

}  // namespace
}  // namespace millrace::micro::testing
