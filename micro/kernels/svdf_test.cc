#include "micro/kernels/svdf.h"

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

Options Rank(int32_t rank, Activation activation) {
  return Options()
      .Set(SVDFOptions::kRank, rank)
      .Set(SVDFOptions::kFusedActivationFunction, activation);
}

// One unit of rank 1 that sees 2 features over 3 frames: out = 1 * f(t - 2) + 10 * f(t - 1) + 100 *
// f(t) + 1000 with f = x0 + 2 * x1.
OpTest FloatExample(Activation activation) {
  OpTest op(kSvdfOp);
  op.Add(Input<float>({1, 2}, {1, 2})).Add(Constant<float>({1, 2}, {1, 2}));
  op.Add(Constant<float>({1, 3}, {1, 10, 100})).Add(Constant<float>({1}, {1000}));
  op.Add(Variable<float>({1, 3})).AddOutput(Input<float>({1, 1})).Set(Rank(1, activation));
  return op;
}

TEST(Svdf, FloatRemembersFramesUntilReset) {
  OpTest op = FloatExample(Activation::kRelu);
  for (int round = 0; round < 2; ++round) {
    ASSERT_EQ(round == 0 ? op.Run() : op.RunAgain(), Status::kOk) << op.Reason();
    EXPECT_THAT(op.Output<float>(), ElementsAre(1500));
    for (const float expected : {1550.0f, 1555.0f, 1555.0f}) {
      ASSERT_EQ(op.RunAgain(), Status::kOk);
      EXPECT_THAT(op.Output<float>(), ElementsAre(expected));
    }
    ASSERT_EQ(op.interpreter().Reset(), Status::kOk);
  }
}

TEST(Svdf, FloatActivationAndAbsentBias) {
  OpTest op(kSvdfOp);
  op.Add(Input<float>({2, 1}, {1, -1})).Add(Constant<float>({4, 1}, {1, 2, 3, 4}));
  op.Add(Constant<float>({4, 1}, {1, 1, -1, 1})).AddMissing().Add(Variable<float>({2, 4}));
  op.AddOutput(Input<float>({2, 2})).Set(Rank(2, Activation::kRelu6));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(), ElementsAre(3, 1, 0, 0));
}

template <typename T>
OpTest IntExample(const std::vector<T>& time, const std::vector<int32_t>& bias, float state_scale,
                  float output_scale) {
  OpTest op(kSvdfOp);
  op.Add(Input<int8_t>({2, 3}, {100, -50, 20, -128, 127, 3}, Quant(0.05f, -7)));
  op.Add(Constant<int8_t>({4, 3}, {44, 78, -122, 79, -8, 4, 33, -55, 122, -114, -57, -30},
                          Quant(0.01f)));
  op.Add(Constant<T>({4, 3}, time, Quant(0.001f)));
  op.Add(Constant<int32_t>({2}, bias, Quant(state_scale * 0.001f)));
  op.Add(Variable<T>({2, 12}, Quant(state_scale)));
  op.AddOutput(Input<int8_t>({2, 2}, {}, Quant(output_scale, -20)));
  op.Set(Rank(2, Activation::kRelu));
  return op;
}

void ExpectFrames(OpTest& op, const std::vector<std::vector<int8_t>>& frames) {
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  for (const std::vector<int8_t>& frame : frames) {
    EXPECT_EQ(op.Output<int8_t>(), frame);
    ASSERT_EQ(op.RunAgain(), Status::kOk);
  }
}

// Outputs as tensorflow lite micro has them.
TEST(Svdf, Int8WithStateOfInt16) {
  OpTest op = IntExample<int16_t>(
      {1200, -1700, -6700, -8200, -9000, -8200, -6400, 8900, -5600, 2700, 4500, -4800},
      {-65400, -19800}, 0.005f, 0.25f);
  ExpectFrames(op, {{-128, -22, 100, 37}, {-128, 47, 127, -91}, {-128, -128, 127, 71}});
}

TEST(Svdf, Int8WithStateOfInt8) {
  OpTest op = IntExample<int8_t>({12, -17, -67, -82, -90, -82, -64, 89, -56, 27, 45, -48},
                                 {-218, -66}, 0.25f, 0.05f);
  ExpectFrames(op, {{-27, -20, -15, -18}, {-35, -17, -6, -24}, {-43, -26, 3, -16}});
}

TEST(Svdf, HybridQuantizesTheInput) {
  for (const bool asymmetric : {false, true}) {
    OpTest op(kSvdfOp);
    op.Add(Input<float>({2, 2}, {1, 2, 0, 0}));
    op.Add(Constant<int8_t>({1, 2}, {100, -50}, Quant(0.01f)));
    op.Add(Constant<int8_t>({1, 2}, {20, 40}, Quant(0.1f))).Add(Constant<float>({1}, {1}));
    op.Add(Variable<float>({2, 2})).AddOutput(Input<float>({2, 1}));
    op.Set(Rank(1, Activation::kNone).Set(SVDFOptions::kAsymmetricQuantizeInputs, asymmetric));
    ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
    // f = 1 * 1 - 0.5 * 2 = 0, up to a step of the quantised input.
    EXPECT_THAT(op.Output<float>(), Pointwise(FloatNear(0.04f), {1.0f, 1.0f}));
  }
}

TEST(Svdf, RefusesWhatDoesNotFit) {
  OpTest rank = FloatExample(Activation::kNone);
  rank.Set(Rank(2, Activation::kNone));
  EXPECT_EQ(rank.Run(), Status::kInvalidShape);
  EXPECT_THAT(rank.Reason(), HasSubstr("rank"));

  OpTest zero = FloatExample(Activation::kNone);
  zero.Set(Rank(0, Activation::kNone));
  EXPECT_EQ(zero.Run(), Status::kInvalidShape);

  OpTest constant_state(kSvdfOp);
  constant_state.Add(Input<float>({1, 1}, {1})).Add(Constant<float>({1, 1}, {1}));
  constant_state.Add(Constant<float>({1, 1}, {1})).AddMissing();
  constant_state.Add(Constant<float>({1, 1}, {0})).AddOutput(Input<float>({1, 1}));
  constant_state.Set(Rank(1, Activation::kNone));
  EXPECT_EQ(constant_state.Run(), Status::kInvalidModel);
  EXPECT_THAT(constant_state.Reason(), HasSubstr("variable"));

  OpTest activation = IntExample<int8_t>(std::vector<int8_t>(12), {0, 0}, 0.25f, 0.05f);
  activation.Set(Rank(2, Activation::kRelu6));
  EXPECT_EQ(activation.Run(), Status::kUnsupported);

  OpTest scale = IntExample<int8_t>(std::vector<int8_t>(12), {0, 0}, 0.0f, 0.05f);
  EXPECT_EQ(scale.Run(), Status::kInvalidQuantization);
}

}  // namespace
}  // namespace millrace::micro::testing
