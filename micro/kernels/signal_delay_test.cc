#include "micro/kernels/signal_delay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/testing/custom_options_writer.h"
#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

OpTest DelayExample(int32_t length) {
  OpTest op(kSignalDelayOp);
  op.Add(Input<int16_t>({2, 3}, {1, 2, 3, 10, 20, 30})).AddOutput(Input<int16_t>({2, 3}));
  op.SetCustom(CustomOptionsBytes({{"delay_length", length}}));
  return op;
}

TEST(SignalDelay, DelaysEachRow) {
  OpTest op = DelayExample(2);
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int16_t>(), ElementsAre(0, 0, 1, 0, 0, 10));
  ASSERT_EQ(op.RunAgain(), Status::kOk);
  EXPECT_THAT(op.Output<int16_t>(), ElementsAre(2, 3, 1, 20, 30, 10));
  ASSERT_EQ(op.interpreter().Reset(), Status::kOk);
  ASSERT_EQ(op.RunAgain(), Status::kOk);
  EXPECT_THAT(op.Output<int16_t>(), ElementsAre(0, 0, 1, 0, 0, 10));
}

TEST(SignalDelay, LongerThanARowAndNone) {
  OpTest op = DelayExample(4);
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int16_t>(), ElementsAre(0, 0, 0, 0, 0, 0));
  ASSERT_EQ(op.RunAgain(), Status::kOk);
  EXPECT_THAT(op.Output<int16_t>(), ElementsAre(0, 1, 2, 0, 10, 20));
  OpTest none = DelayExample(0);
  ASSERT_EQ(none.Run(), Status::kOk) << none.Reason();
  EXPECT_THAT(none.Output<int16_t>(), ElementsAre(1, 2, 3, 10, 20, 30));
  EXPECT_EQ(DelayExample(-1).Run(), Status::kUnsupported);
}

OpTest StackerExample(int32_t left, int32_t right, int32_t step) {
  OpTest op(kSignalStackerOp);
  op.Add(Input<int16_t>({1}, {7})).AddOutput(Input<int16_t>({left + 1 + right}));
  op.AddOutput(Input<bool>({}));
  op.SetCustom(CustomOptionsBytes({{"num_channels", 1},
                                   {"stacker_left_context", left},
                                   {"stacker_right_context", right},
                                   {"stacker_step", step}}));
  return op;
}

// Feeds 1, 2, 3, ...; the outputs that are valid.
std::vector<std::vector<int16_t>> Stacks(OpTest& op, int frames) {
  std::vector<std::vector<int16_t>> stacks;
  EXPECT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_EQ(op.interpreter().Reset(), Status::kOk);
  for (int16_t i = 1; i <= frames; ++i) {
    *op.interpreter().input(0).data<int16_t>() = i;
    EXPECT_EQ(op.interpreter().Invoke(), Status::kOk);
    if (op.Output<bool>(1)[0]) stacks.push_back(op.Output<int16_t>(0));
  }
  return stacks;
}

TEST(SignalStacker, GivesFramesWithTheirNeighbours) {
  OpTest op = StackerExample(1, 1, 2);
  EXPECT_THAT(Stacks(op, 6),
              ElementsAre(ElementsAre(1, 1, 2), ElementsAre(2, 3, 4), ElementsAre(4, 5, 6)));
}

TEST(SignalStacker, RefusesWhatDoesNotFit) {
  EXPECT_EQ(StackerExample(0, 1, 3).Run(), Status::kUnsupported);
  EXPECT_EQ(StackerExample(-1, 1, 1).Run(), Status::kUnsupported);
  OpTest size(kSignalStackerOp);
  size.Add(Input<int16_t>({2})).AddOutput(Input<int16_t>({3})).AddOutput(Input<bool>({}));
  size.SetCustom(CustomOptionsBytes({{"stacker_left_context", 1}}));
  EXPECT_EQ(size.Run(), Status::kInvalidShape);
}

}  // namespace
}  // namespace millrace::micro::testing
