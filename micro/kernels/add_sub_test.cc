#include "micro/kernels/add_sub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/core/op_options.h"
#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

Options Fused(Activation activation) {
  return Options().Set(AddOptions::kFusedActivationFunction, activation);
}

TEST(AddSub, Float) {
  OpTest add(kAddOp);
  add.Add(Input<float>({2, 2}, {1, 2, -3, 4})).Add(Input<float>({2, 2}, {10, 20, 1, 3}));
  add.AddOutput(Input<float>({2, 2})).Set(Fused(Activation::kRelu6));
  ASSERT_EQ(add.Run(), Status::kOk) << add.Reason();
  EXPECT_THAT(add.Output<float>(), ElementsAre(6, 6, 0, 6));

  OpTest sub(kSubOp);
  sub.Add(Input<float>({3}, {1, 2, -3})).Add(Constant<float>({}, {0.5f}));
  sub.AddOutput(Input<float>({3}));
  ASSERT_EQ(sub.Run(), Status::kOk) << sub.Reason();
  EXPECT_THAT(sub.Output<float>(), ElementsAre(0.5f, 1.5f, -3.5f));
}

// out[i][j][k][l][m] = a[i][1][k][1][m] + b[j][1][l][1]
TEST(AddSub, BroadcastsBothOperandsInFiveDimensions) {
  std::vector<int32_t> a(2 * 2 * 2), b(3 * 2), expected;
  for (int i = 0; i < 8; ++i) a[i] = 100 * i;
  for (int i = 0; i < 6; ++i) b[i] = i;
  for (int i = 0; i < 2; ++i) {
    for (int j = 0; j < 3; ++j) {
      for (int k = 0; k < 2; ++k) {
        for (int l = 0; l < 2; ++l) {
          for (int m = 0; m < 2; ++m) expected.push_back(a[i * 4 + k * 2 + m] + b[j * 2 + l]);
        }
      }
    }
  }
  OpTest op(kAddOp);
  op.Add(Input<int32_t>({2, 1, 2, 1, 2}, a)).Add(Input<int32_t>({3, 1, 2, 1}, b));
  op.AddOutput(Input<int32_t>({2, 3, 2, 2, 2}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int32_t>(), ElementsAreArray(expected));
}

TEST(AddSub, IntegersWrapAndClamp) {
  OpTest wraps(kAddOp);
  wraps.Add(Input<int32_t>({2}, {INT32_MAX, -5})).Add(Input<int32_t>({2}, {1, 2}));
  wraps.AddOutput(Input<int32_t>({2}));
  ASSERT_EQ(wraps.Run(), Status::kOk) << wraps.Reason();
  EXPECT_THAT(wraps.Output<int32_t>(), ElementsAre(INT32_MIN, -3));

  OpTest clamps(kSubOp);
  clamps.Add(Input<int64_t>({3}, {int64_t{1} << 40, -5, 2}));
  clamps.Add(Input<int64_t>({1}, {1})).AddOutput(Input<int64_t>({3}));
  clamps.Set(Fused(Activation::kRelu));
  ASSERT_EQ(clamps.Run(), Status::kOk) << clamps.Reason();
  EXPECT_THAT(clamps.Output<int64_t>(), ElementsAre((int64_t{1} << 40) - 1, 0, 1));
}

// Recorded from tflite-micro.
OpTest Int8Example(const OpRegistration& op) {
  OpTest test(op);
  test.Add(Input<int8_t>({8}, {-128, -77, -5, 0, 3, 64, 127, 100}, Quant(0.037f, -5)));
  test.Add(Input<int8_t>({8}, {127, -128, 9, -7, 50, 64, -90, 1}, Quant(0.0121f, 7)));
  test.AddOutput(Input<int8_t>({8}, {}, Quant(0.05f, -11)));
  return test;
}

TEST(AddSub, Int8) {
  OpTest add = Int8Example(kAddOp);
  ASSERT_EQ(add.Run(), Status::kOk) << add.Reason();
  EXPECT_THAT(add.Output<int8_t>(), ElementsAre(-73, -97, -11, -11, 5, 54, 63, 65));

  OpTest relu6 = Int8Example(kAddOp);
  relu6.Set(Fused(Activation::kRelu6));
  ASSERT_EQ(relu6.Run(), Status::kOk) << relu6.Reason();
  EXPECT_THAT(relu6.Output<int8_t>(), ElementsAre(-11, -11, -11, -11, 5, 54, 63, 65));

  OpTest sub = Int8Example(kSubOp);
  ASSERT_EQ(sub.Run(), Status::kOk) << sub.Reason();
  EXPECT_THAT(sub.Output<int8_t>(), ElementsAre(-128, -32, -11, -4, -15, 26, 110, 68));
}

// The same arithmetic by rows of many lengths: whatever a target does for blocks and their rest.
TEST(AddSub, Int8RowsOfAnyLengthAndScalarOperands) {
  const std::vector<int8_t> a = {-128, -77, -5, 0, 3, 64, 127, 100};
  const std::vector<int8_t> b = {127, -128, 9, -7, 50, 64, -90, 1};
  const std::vector<int8_t> sums = {-73, -97, -11, -11, 5, 54, 63, 65};
  for (int32_t n : {1, 7, 8, 15, 16, 17, 31, 32, 33, 64, 100}) {
    std::vector<int8_t> x, y, expected;
    for (int32_t i = 0; i < n; ++i) {
      x.push_back(a[i % 8]), y.push_back(b[i % 8]), expected.push_back(sums[i % 8]);
    }
    OpTest op(kAddOp);
    op.Add(Input<int8_t>({n}, x, Quant(0.037f, -5)));
    op.Add(Input<int8_t>({n}, y, Quant(0.0121f, 7)));
    op.AddOutput(Input<int8_t>({n}, {}, Quant(0.05f, -11)));
    ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
    EXPECT_THAT(op.Output<int8_t>(), ElementsAreArray(expected)) << n;

    for (const bool left : {true, false}) {
      OpTest scalar(kAddOp);
      if (left) scalar.Add(Constant<int8_t>({}, {a[5]}, Quant(0.037f, -5)));
      scalar.Add(Input<int8_t>({n}, std::vector<int8_t>(n, left ? b[5] : a[5]),
                               left ? Quant(0.0121f, 7) : Quant(0.037f, -5)));
      if (!left) scalar.Add(Constant<int8_t>({}, {b[5]}, Quant(0.0121f, 7)));
      scalar.AddOutput(Input<int8_t>({n}, {}, Quant(0.05f, -11)));
      ASSERT_EQ(scalar.Run(), Status::kOk) << scalar.Reason();
      EXPECT_THAT(scalar.Output<int8_t>(), ElementsAreArray(std::vector<int8_t>(n, sums[5])));
    }
  }
}

TEST(AddSub, UInt8IsInt8WithOtherZeroPoints) {
  OpTest op(kAddOp);
  op.Add(Input<uint8_t>({4}, {0, 51, 123, 128}, Quant(0.037f, 123)));
  op.Add(Input<uint8_t>({4}, {255, 0, 137, 121}, Quant(0.0121f, 135)));
  op.AddOutput(Input<uint8_t>({4}, {}, Quant(0.05f, 117)));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<uint8_t>(), ElementsAre(55, 31, 117, 117));
}

TEST(AddSub, Int16) {
  for (const bool sub : {false, true}) {
    OpTest op(sub ? kSubOp : kAddOp);
    op.Add(Input<int16_t>({8}, {-32768, -7777, -5, 0, 3, 6400, 32767, 100}, Quant(0.00037f)));
    op.Add(Input<int16_t>({8}, {127, -32768, 9999, -7, 500, -6400, -9000, 1}, Quant(0.000121f)));
    op.AddOutput(Input<int16_t>({8}, {}, Quant(0.0005f)));
    ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
    if (sub) {
      EXPECT_THAT(op.Output<int16_t>(), ElementsAre(-24279, 2175, -2423, 2, -119, 6285, 26426, 74));
    } else {
      EXPECT_THAT(op.Output<int16_t>(),
                  ElementsAre(-24218, -13685, 2416, -2, 123, 3187, 22070, 74));
    }
  }
}

TEST(AddSub, RefusesWhatDoesNotFit) {
  OpTest shapes(kAddOp);
  shapes.Add(Input<float>({2, 3})).Add(Input<float>({2})).AddOutput(Input<float>({2, 3}));
  EXPECT_EQ(shapes.Run(), Status::kInvalidShape);

  OpTest too_small(kAddOp);  // both operands would have to be cut
  too_small.Add(Input<float>({4})).Add(Input<float>({4})).AddOutput(Input<float>({1}));
  EXPECT_EQ(too_small.Run(), Status::kInvalidShape);

  OpTest types(kAddOp);
  types.Add(Input<float>({2})).Add(Input<int32_t>({2})).AddOutput(Input<float>({2}));
  EXPECT_EQ(types.Run(), Status::kUnsupportedType);

  OpTest boolean(kSubOp);
  boolean.Add(Input<bool>({2})).Add(Input<bool>({2})).AddOutput(Input<bool>({2}));
  EXPECT_EQ(boolean.Run(), Status::kUnsupportedType);

  OpTest scales(kAddOp);
  scales.Add(Input<int8_t>({1}, {}, Quant(0.5f))).Add(Input<int8_t>({1}, {}, Quant(0.5f)));
  scales.AddOutput(Input<int8_t>({1}));
  EXPECT_EQ(scales.Run(), Status::kInvalidQuantization);

  OpTest tanh(kAddOp);
  tanh.Add(Input<float>({1})).Add(Input<float>({1})).AddOutput(Input<float>({1}));
  tanh.Set(Fused(Activation::kTanh));
  EXPECT_EQ(tanh.Run(), Status::kUnsupported);
}

}  // namespace
}  // namespace millrace::micro::testing
