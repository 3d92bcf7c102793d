#include "micro/kernels/lstm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "micro/core/op_options.h"
#include "micro/kernels/unidirectional_sequence_lstm.h"
#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatEq;

// Biases this large make a gate open or shut.
constexpr float kOpen = 40.0f;

void AddLayer(OpTest* op, const std::vector<float>& biases) {
  op->Add(Constant<float>({1, 1}, {0})).Add(Constant<float>({1, 1}, {0}));
  op->Add(Constant<float>({1, 1}, {1})).Add(Constant<float>({1, 1}, {0}));
  for (int i = 0; i < 4; ++i) op->Add(Constant<float>({1, 1}, {0}));
  for (int i = 0; i < 3; ++i) op->AddMissing();
  for (const float bias : biases) op->Add(Constant<float>({1}, {bias}));
  for (int i = 0; i < 2; ++i) op->AddMissing();
}

TEST(Lstm, OpenGatesSumUpInTheCell) {
  OpTest op(kLstmOp);
  op.Add(Input<float>({1, 1}, {3}));
  AddLayer(&op, {kOpen, kOpen, 0, kOpen});
  op.Add(Variable<float>({1, 1})).Add(Variable<float>({1, 1}));
  op.AddOutput(Input<float>({1, 1}));
  op.Set(Options().Set(LSTMOptions::kFusedActivationFunction, Activation::kRelu));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(), ElementsAre(3));
  ASSERT_EQ(op.RunAgain(), Status::kOk);
  EXPECT_THAT(op.Output<float>(), ElementsAre(6));
}

TEST(Lstm, ACoupledInputGateIsShutWhereTheForgetGateIsOpen) {
  OpTest op(kLstmOp);
  op.Add(Input<float>({1, 1}, {3}));
  op.AddMissing().Add(Constant<float>({1, 1}, {0}));
  op.Add(Constant<float>({1, 1}, {1})).Add(Constant<float>({1, 1}, {0}));
  op.AddMissing();
  for (int i = 0; i < 3; ++i) op.Add(Constant<float>({1, 1}, {0}));
  for (int i = 0; i < 4; ++i) op.AddMissing();
  for (const float bias : {kOpen, 0.0f, kOpen}) op.Add(Constant<float>({1}, {bias}));
  op.AddMissing().AddMissing();
  op.Add(Variable<float>({1, 1})).Add(Variable<float>({1, 1}));
  op.AddOutput(Input<float>({1, 1}));
  op.Set(Options().Set(LSTMOptions::kFusedActivationFunction, Activation::kRelu));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(), ElementsAre(0));
}

// Twice the cell, which sums up the inputs.
OpTest ProjectedSequence(const TestTensor& projection) {
  OpTest op(kUnidirectionalSequenceLstmOp);
  op.Add(Input<float>({2, 2, 1}, {1, 10, 2, 20}));
  op.Add(Constant<float>({1, 1}, {0})).Add(Constant<float>({1, 1}, {0}));
  op.Add(Constant<float>({1, 1}, {1})).Add(Constant<float>({1, 1}, {0}));
  for (int i = 0; i < 4; ++i) op.Add(Constant<float>({1, 1}, {0}));
  for (int i = 0; i < 3; ++i) op.AddMissing();
  for (const float bias : {kOpen, kOpen, 0.0f, kOpen}) op.Add(Constant<float>({1}, {bias}));
  op.Add(projection).AddMissing();
  op.Add(Variable<float>({2, 1})).Add(Variable<float>({2, 1}));
  op.AddOutput(Input<float>({2, 2, 1}));
  using Field = UnidirectionalSequenceLSTMOptions;
  op.Set(Options()
             .Set(Field::kFusedActivationFunction, Activation::kRelu)
             .Set(Field::kTimeMajor, true));
  return op;
}

TEST(UnidirectionalSequenceLstm, MayHaveAProjection) {
  OpTest op = ProjectedSequence(Constant<float>({1, 1}, {2}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(), ElementsAre(2, 20, 6, 60));
  ASSERT_EQ(op.RunAgain(), Status::kOk);
  EXPECT_THAT(op.Output<float>(), ElementsAre(8, 80, 12, 120));
}

TEST(UnidirectionalSequenceLstm, RefusesAProjectionThatDoesNotFit) {
  EXPECT_EQ(ProjectedSequence(Constant<float>({1, 2}, {2, 2})).Run(), Status::kInvalidShape);
  EXPECT_EQ(ProjectedSequence(Constant<float>({2, 1}, {2, 2})).Run(), Status::kInvalidShape);
  EXPECT_EQ(ProjectedSequence(Constant<int8_t>({1, 1}, {2}, Quant(1))).Run(),
            Status::kUnsupportedType);
}

TEST(BidirectionalSequenceLstm, SumsFromEitherEnd) {
  OpTest op(kBidirectionalSequenceLstmOp);
  op.Add(Input<float>({1, 2, 1}, {1, 2}));
  AddLayer(&op, {kOpen, kOpen, 0, kOpen});
  AddLayer(&op, {kOpen, kOpen, 0, kOpen});
  for (int i = 0; i < 4; ++i) op.Add(Variable<float>({1, 1}));
  op.AddOutput(Input<float>({1, 2, 1})).AddOutput(Input<float>({1, 2, 1}));
  using Field = BidirectionalSequenceLSTMOptions;
  op.Set(Options()
             .Set(Field::kFusedActivationFunction, Activation::kRelu)
             .Set(Field::kTimeMajor, false));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(0), ElementsAre(1, 3));
  EXPECT_THAT(op.Output<float>(1), ElementsAre(3, 2));
}

TEST(Lstm, BasicKernel) {
  OpTest op(kLstmOp);
  op.Add(Input<float>({1, 1}, {0.5f})).Add(Variable<float>({1, 1}));
  op.Add(Constant<float>({4, 2}, {0, 0, 1, 0, 0, 0, 0, 0}));
  op.Add(Constant<float>({4}, {kOpen, 0, kOpen, kOpen})).Add(Variable<float>({1, 1}));
  op.AddOutput(Input<float>({1, 1})).AddOutput(Input<float>({1, 1}));
  op.AddOutput(Input<float>({1, 2})).AddOutput(Input<float>({1, 4}));
  op.Set(Options()
             .Set(LSTMOptions::kFusedActivationFunction, Activation::kTanh)
             .Set(LSTMOptions::kKernelType, int8_t{1}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  const float gate = std::tanh(0.5f);
  EXPECT_THAT(op.Output<float>(1), ElementsAre(FloatEq(gate)));
  ASSERT_EQ(op.RunAgain(), Status::kOk);
  EXPECT_THAT(op.Output<float>(1), ElementsAre(FloatEq(2 * gate)));
  EXPECT_THAT(op.Output<float>(0), ElementsAre(FloatEq(std::tanh(2 * gate))));
  EXPECT_THAT(op.Output<float>(2), ElementsAre(0.5f, FloatEq(std::tanh(gate))));
}

TEST(Lstm, RefusesWhatDoesNotFit) {
  OpTest state(kLstmOp);
  state.Add(Input<float>({1, 1}));
  AddLayer(&state, {0, 0, 0, 0});
  state.Add(Input<float>({1, 1})).Add(Variable<float>({1, 1})).AddOutput(Input<float>({1, 1}));
  EXPECT_EQ(state.Run(), Status::kInvalidModel);
  OpTest weights(kLstmOp);
  weights.Add(Input<float>({1, 2}));
  AddLayer(&weights, {0, 0, 0, 0});
  weights.Add(Variable<float>({1, 1})).Add(Variable<float>({1, 1})).AddOutput(Input<float>({1, 1}));
  EXPECT_EQ(weights.Run(), Status::kInvalidShape);
  OpTest few(kLstmOp);
  for (int i = 0; i < 5; ++i) few.Add(Input<float>({1, 1}));
  few.AddOutput(Input<float>({1, 1}));
  EXPECT_EQ(few.Run(), Status::kInvalidModel);
}

}  // namespace
}  // namespace millrace::micro::testing
