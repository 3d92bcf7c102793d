#include "micro/kernels/mul.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/core/op_options.h"
#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

Options Fused(Activation activation) {
  return Options().Set(MulOptions::kFusedActivationFunction, activation);
}

TEST(Mul, Float) {
  OpTest op(kMulOp);
  op.Add(Input<float>({2, 3}, {1, 2, 3, -1, -2, -3})).Add(Input<float>({2, 1}, {0.5f, 2}));
  op.AddOutput(Input<float>({2, 3})).Set(Fused(Activation::kReluN1To1));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(), ElementsAre(0.5f, 1, 1, -1, -1, -1));
}

// Recorded from tflite-micro.
TEST(Mul, Int8RowsOfAnyLength) {
  const std::vector<int8_t> a = {-128, -77, -5, 0, 3, 64, 127, 100};
  const std::vector<int8_t> b = {127, -128, 9, -7, 50, 64, -90, 1};
  for (const bool relu : {false, true}) {
    const std::vector<int8_t> products =
        relu ? std::vector<int8_t>{-11, 76, -11, -11, -8, 24, -11, -11}
             : std::vector<int8_t>{-128, 76, -11, -12, -8, 24, -126, -17};
    for (int32_t n : {8, 1, 7, 15, 16, 17, 31, 32, 33, 64, 100}) {
      std::vector<int8_t> x, y, expected;
      for (int32_t i = 0; i < n; ++i) {
        x.push_back(a[i % 8]), y.push_back(b[i % 8]), expected.push_back(products[i % 8]);
      }
      OpTest op(kMulOp);
      op.Add(Input<int8_t>({n}, x, Quant(0.037f, -5)));
      op.Add(Input<int8_t>({n}, y, Quant(0.0121f, 7)));
      op.AddOutput(Input<int8_t>({n}, {}, Quant(0.05f, -11)));
      op.Set(Fused(relu ? Activation::kRelu : Activation::kNone));
      ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
      EXPECT_THAT(op.Output<int8_t>(), ElementsAreArray(expected)) << n;
    }
  }
}

TEST(Mul, Int16) {
  OpTest op(kMulOp);
  op.Add(Input<int16_t>({8}, {-32768, -7777, -5, 0, 3, 6400, 32767, 100}, Quant(0.00037f)));
  op.Add(Input<int16_t>({8}, {127, -32768, 9999, -7, 500, -6400, -9000, 1}, Quant(0.000121f)));
  op.AddOutput(Input<int16_t>({8}, {}, Quant(0.0005f)));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int16_t>(), ElementsAre(-373, 22818, -4, 0, 0, -3668, -26406, 0));
}

TEST(Mul, PlainIntegers) {
  OpTest op(kMulOp);
  op.Add(Input<int32_t>({3}, {3, -4, 1 << 30})).Add(Input<int32_t>({1}, {4}));
  op.AddOutput(Input<int32_t>({3}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int32_t>(), ElementsAre(12, -16, 0));

  OpTest wide(kMulOp);
  wide.Add(Input<int64_t>({1}, {int64_t{1} << 33})).Add(Input<int64_t>({1}, {-5}));
  wide.AddOutput(Input<int64_t>({1}));
  ASSERT_EQ(wide.Run(), Status::kOk) << wide.Reason();
  EXPECT_THAT(wide.Output<int64_t>(), ElementsAre(-5 * (int64_t{1} << 33)));

  OpTest natural(kMulOp);
  natural.Add(Input<uint32_t>({1}, {3000000000u})).Add(Input<uint32_t>({1}, {1}));
  natural.AddOutput(Input<uint32_t>({1}));
  ASSERT_EQ(natural.Run(), Status::kOk) << natural.Reason();
  EXPECT_THAT(natural.Output<uint32_t>(), ElementsAre(3000000000u));
}

TEST(Mul, RefusesWhatDoesNotFit) {
  OpTest shapes(kMulOp);
  shapes.Add(Input<float>({2, 3})).Add(Input<float>({2})).AddOutput(Input<float>({2, 3}));
  EXPECT_EQ(shapes.Run(), Status::kInvalidShape);
  OpTest output(kMulOp);
  output.Add(Input<float>({2})).Add(Input<float>({2})).AddOutput(Input<int8_t>({2}));
  EXPECT_EQ(output.Run(), Status::kUnsupportedType);
}

}  // namespace
}  // namespace millrace::micro::testing
