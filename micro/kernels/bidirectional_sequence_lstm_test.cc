#include "micro/kernels/bidirectional_sequence_lstm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/core/op_options.h"
#include "micro/testing/basic_lstm_layer.h"
#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

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

TEST(BidirectionalSequenceLstm, RefusesOtherTypes) {
  OpTest op(kBidirectionalSequenceLstmOp);
  op.Add(Input<int8_t>({1, 2, 1}, {1, 2}, Quant(1)));
  for (int i = 1; i < 39; ++i) op.AddMissing();
  op.AddOutput(Input<int8_t>({1, 2, 1}, {}, Quant(1)));
  EXPECT_EQ(op.Run(), Status::kInvalidShape);
}

}  // namespace
}  // namespace millrace::micro::testing
