#include "micro/kernels/rnn.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/core/op_options.h"
#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

// With the identity for weights the state sums up the inputs.
TEST(Rnn, TheStateIsTheLastOutput) {
  OpTest op(kRnnOp);
  op.Add(Input<float>({1, 2}, {1, -2})).Add(Constant<float>({2, 2}, {1, 0, 0, 1}));
  op.Add(Constant<float>({2, 2}, {1, 0, 0, 1})).Add(Constant<float>({2}, {0, 0.5f}));
  op.Add(Variable<float>({1, 2})).AddOutput(Input<float>({1, 2}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(), ElementsAre(1, -1.5f));
  ASSERT_EQ(op.RunAgain(), Status::kOk);
  EXPECT_THAT(op.Output<float>(), ElementsAre(2, -3));
}

void AddLayer(OpTest* op, float weight) {
  op->Add(Constant<float>({1, 1}, {weight})).Add(Constant<float>({1, 1}, {1}));
  op->Add(Constant<float>({1}, {0})).Add(Variable<float>({1, 1}));
}

TEST(UnidirectionalSequenceRnn, StepByStep) {
  OpTest op(kUnidirectionalSequenceRnnOp);
  op.Add(Input<float>({1, 3, 1}, {1, 2, -9}));
  AddLayer(&op, 1);
  op.AddOutput(Input<float>({1, 3, 1}));
  op.Set(Options().Set(SequenceRNNOptions::kFusedActivationFunction, Activation::kRelu));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(), ElementsAre(1, 3, 0));
}

TEST(UnidirectionalSequenceRnn, Int8Weights) {
  OpTest op(kUnidirectionalSequenceRnnOp);
  op.Add(Input<float>({1, 1, 2}, {127, -127}));
  op.Add(Constant<int8_t>({1, 2}, {4, 2}, Quant(0.5f)));
  op.Add(Constant<int8_t>({1, 1}, {0}, Quant(0.5f)));
  op.Add(Constant<float>({1}, {1})).Add(Variable<float>({1, 1}));
  op.AddOutput(Input<float>({1, 1, 1}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(), ElementsAre(128));
}

TEST(BidirectionalSequenceRnn, MergesBothDirections) {
  OpTest op(kBidirectionalSequenceRnnOp);
  op.Add(Input<float>({2, 1, 1}, {1, 2}));
  AddLayer(&op, 1);
  AddLayer(&op, 10);
  op.AddOutput(Input<float>({2, 1, 2}));
  op.Set(Options()
             .Set(BidirectionalSequenceRNNOptions::kTimeMajor, true)
             .Set(BidirectionalSequenceRNNOptions::kMergeOutputs, true));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(), ElementsAre(1, 30, 3, 20));
}

TEST(Rnn, RefusesWhatDoesNotFit) {
  OpTest state(kRnnOp);
  state.Add(Input<float>({1, 1}))
      .Add(Constant<float>({1, 1}, {1}))
      .Add(Constant<float>({1, 1}, {1}));
  state.Add(Constant<float>({1}, {1})).Add(Input<float>({1, 1})).AddOutput(Input<float>({1, 1}));
  EXPECT_EQ(state.Run(), Status::kInvalidModel);
  OpTest weights(kUnidirectionalSequenceRnnOp);
  weights.Add(Input<float>({1, 3, 2}));
  AddLayer(&weights, 1);
  weights.AddOutput(Input<float>({1, 3, 1}));
  EXPECT_EQ(weights.Run(), Status::kInvalidShape);
  OpTest outputs(kBidirectionalSequenceRnnOp);
  outputs.Add(Input<float>({2, 1, 1}));
  AddLayer(&outputs, 1);
  AddLayer(&outputs, 1);
  outputs.AddOutput(Input<float>({2, 1, 1}));
  EXPECT_EQ(outputs.Run(), Status::kInvalidModel);
}

}  // namespace
}  // namespace millrace::micro::testing
