#include "micro/kernels/fully_connected.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/core/op_options.h"
#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::HasSubstr;
using ::testing::Pointwise;

Options Fused(Activation activation) {
  return Options().Set(FullyConnectedOptions::kFusedActivationFunction, activation);
}

TEST(FullyConnected, Float) {
  OpTest op(kFullyConnectedOp);
  op.Add(Input<float>({2, 3}, {1, 2, 3, -1, 0, 2}));
  op.Add(Constant<float>({2, 3}, {1, 0, 1, -1, 2, 0.5f}));
  op.Add(Constant<float>({2}, {10, -5}));
  op.AddOutput(Input<float>({2, 2}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(), ElementsAre(14, -0.5f, 11, -3));
}

TEST(FullyConnected, FloatRelu6WithoutBias) {
  OpTest op(kFullyConnectedOp);
  op.Add(Input<float>({1, 2}, {1, 2})).Add(Constant<float>({3, 2}, {1, 1, 5, 5, -1, -1}));
  op.AddMissing().AddOutput(Input<float>({1, 3})).Set(Fused(Activation::kRelu6));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(), ElementsAre(3, 6, 0));
}

// Real values: in {0.5, 1, 1.5}, filter {{1, 1, 1}, {-1, 2, 0}}, bias {1, -2} give {4, -0.5}.
OpTest Int8Example(Activation activation, Quantization filter, bool small_arena = true) {
  OpTest op(kFullyConnectedOp);
  op.Add(Input<int8_t>({1, 3}, {-1, 0, 1}, Quant(0.5f, -2)));
  op.Add(Constant<int8_t>({2, 3}, {4, 4, 4, -4, 8, 0}, std::move(filter)));
  op.Add(Constant<int32_t>({2}, {8, -16}, Quant(0.125f)));
  op.AddOutput(Input<int8_t>({1, 2}, {}, Quant(0.25f, 10)));
  op.Set(Fused(activation)).PreferSmallArena(small_arena);
  return op;
}

TEST(FullyConnected, Int8) {
  OpTest op = Int8Example(Activation::kNone, Quant(0.25f));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int8_t>(), ElementsAre(4 / 0.25 + 10, -0.5 / 0.25 + 10));
}

TEST(FullyConnected, Int8ByUnitIsTheSameWithTablesInScratchAndInOpData) {
  for (const bool small_arena : {true, false}) {
    OpTest op = Int8Example(Activation::kRelu, QuantBy(0, {0.25f, 0.25f}), small_arena);
    ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
    EXPECT_THAT(op.Output<int8_t>(), ElementsAre(26, 10));
  }
}

TEST(FullyConnected, Int4) {
  OpTest op(kFullyConnectedOp);
  op.Add(Input<int8_t>({1, 3}, {-1, 0, 1}, Quant(0.5f, -2)));
  op.Add(ConstantInt4({2, 3}, {4, 4, 4, -4, 7, 0}, Quant(0.25f))).AddMissing();
  op.AddOutput(Input<int8_t>({1, 2}, {}, Quant(0.125f, 10)));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int8_t>(), ElementsAre(3 / 0.125 + 10, 1.25 / 0.125 + 10));
}

TEST(FullyConnected, Int16WithBiasOfEitherWidth) {
  for (const bool wide : {false, true}) {
    OpTest op(kFullyConnectedOp);
    op.Add(Input<int16_t>({1, 2}, {1000, -2000}, Quant(0.5f)));
    op.Add(Constant<int8_t>({2, 2}, {4, 3, 0, 8}, QuantBy(0, {0.25f, 0.5f})));
    if (wide) {
      op.Add(Constant<int64_t>({2}, {80, 100}));
    } else {
      op.Add(Constant<int32_t>({2}, {80, 100}));
    }
    op.AddOutput(Input<int16_t>({1, 2}, {}, Quant(1.0f)));
    ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
    EXPECT_THAT(op.Output<int16_t>(), ElementsAre(-240, -3975));
  }
}

// A hybrid's input takes the values it has exactly: multiples of 1/127 of the largest.
TEST(FullyConnected, HybridIsExactOnWholeSteps) {
  for (const bool asymmetric : {false, true}) {
    const float largest = asymmetric ? 255.0f : 127.0f;
    OpTest op(kFullyConnectedOp);
    op.Add(Input<float>({2, 2}, {largest, 3, 0, 0}));
    op.Add(Constant<int8_t>({2, 2}, {1, 2, -3, 4}, QuantBy(0, {0.5f, 0.25f})));
    op.Add(Constant<float>({2}, {10, 20})).AddOutput(Input<float>({2, 2}));
    op.Set(Options().Set(FullyConnectedOptions::kAsymmetricQuantizeInputs, asymmetric));
    ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
    EXPECT_THAT(op.Output<float>(),
                Pointwise(FloatNear(1e-3f),
                          {10 + (largest + 6) / 2, 20 + (12 - 3 * largest) / 4, 10.0f, 20.0f}));
  }
}

TEST(FullyConnected, RefusesWhatDoesNotFit) {
  OpTest rows(kFullyConnectedOp);
  rows.Add(Input<float>({1, 4}, {1, 2, 3, 4})).Add(Constant<float>({1, 3}, {1, 1, 1}));
  rows.AddOutput(Input<float>({1, 1}));
  EXPECT_EQ(rows.Run(), Status::kInvalidShape);
  EXPECT_THAT(rows.Reason(), HasSubstr("rows"));

  OpTest scales = Int8Example(Activation::kNone, QuantBy(0, {0.25f, 0.25f, 0.25f}));
  EXPECT_EQ(scales.Run(), Status::kInvalidQuantization);

  OpTest types(kFullyConnectedOp);
  types.Add(Input<int32_t>({1, 1}, {1})).Add(Constant<int32_t>({1, 1}, {1}));
  types.AddOutput(Input<int32_t>({1, 1}));
  EXPECT_EQ(types.Run(), Status::kUnsupportedType);
  EXPECT_EQ(types.interpreter().error().op_index, 0);

  OpTest missing(kFullyConnectedOp);
  missing.Add(Input<float>({1, 1}, {1})).AddMissing().AddOutput(Input<float>({1, 1}));
  EXPECT_EQ(missing.Run(), Status::kInvalidModel);

  OpTest newer(kFullyConnectedOp);
  newer.SetVersion(99).Add(Input<float>({1, 1}, {1})).Add(Constant<float>({1, 1}, {1}));
  newer.AddOutput(Input<float>({1, 1}));
  EXPECT_EQ(newer.Run(), Status::kUnsupportedOpVersion);
}

}  // namespace
}  // namespace millrace::micro::testing
