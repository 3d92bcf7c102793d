#include "micro/kernels/signal_frames.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/testing/custom_options_writer.h"
#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

std::vector<uint8_t> Frames(int32_t size, int32_t step, bool prefill = false) {
  return CustomOptionsBytes(
      {{"frame_size", size}, {"frame_step", step}, {"prefill", prefill ? 1 : 0}});
}

OpTest FramerExample(bool prefill) {
  OpTest op(kSignalFramerOp);
  op.Add(Input<int16_t>({4}, {1, 2, 3, 4})).AddOutput(Input<int16_t>({2, 3}));
  op.AddOutput(Input<bool>({})).SetCustom(Frames(3, 2, prefill));
  return op;
}

TEST(SignalFramer, CutsAStreamOnceThereIsEnough) {
  OpTest op = FramerExample(false);
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int16_t>(0), ElementsAre(0, 0, 0, 1, 2, 3));
  EXPECT_THAT(op.Output<bool>(1), ElementsAre(false));
  ASSERT_EQ(op.RunAgain(), Status::kOk);
  EXPECT_THAT(op.Output<int16_t>(0), ElementsAre(3, 4, 1, 1, 2, 3));
  EXPECT_THAT(op.Output<bool>(1), ElementsAre(true));
  ASSERT_EQ(op.interpreter().Reset(), Status::kOk);
  ASSERT_EQ(op.RunAgain(), Status::kOk);
  EXPECT_THAT(op.Output<bool>(1), ElementsAre(false));
}

TEST(SignalFramer, BeginsWithZerosWhenPrefilled) {
  OpTest op = FramerExample(true);
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int16_t>(0), ElementsAre(0, 1, 2, 2, 3, 4));
  EXPECT_THAT(op.Output<bool>(1), ElementsAre(true));
}

TEST(SignalOverlapAdd, AddsFramesOfEachRow) {
  OpTest op(kSignalOverlapAddOp);
  op.Add(Input<float>({2, 1, 3}, {1, 2, 3, 10, 20, 30})).AddOutput(Input<float>({2, 2}));
  op.SetCustom(CustomOptionsBytes({{"frame_step", 2}}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(), ElementsAre(1, 2, 10, 20));
  ASSERT_EQ(op.RunAgain(), Status::kOk);
  EXPECT_THAT(op.Output<float>(), ElementsAre(4, 2, 40, 20));
  ASSERT_EQ(op.interpreter().Reset(), Status::kOk);
  ASSERT_EQ(op.RunAgain(), Status::kOk);
  EXPECT_THAT(op.Output<float>(), ElementsAre(1, 2, 10, 20));
}

TEST(SignalOverlapAdd, Int16Saturates) {
  OpTest op(kSignalOverlapAddOp);
  op.Add(Input<int16_t>({2, 2}, {0, 32767, 5, 0})).AddOutput(Input<int16_t>({2}));
  op.SetCustom(CustomOptionsBytes({{"frame_step", 1}}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int16_t>(), ElementsAre(0, 32767));
}

TEST(SignalFrames, RefuseWhatDoesNotFit) {
  for (const auto& [size, step] : {std::pair(3, 4), {3, 0}, {0, 0}}) {
    OpTest op(kSignalFramerOp);
    op.Add(Input<int16_t>({4})).AddOutput(Input<int16_t>({1, 3})).AddOutput(Input<bool>({}));
    op.SetCustom(Frames(size, step));
    EXPECT_EQ(op.Run(), Status::kUnsupported);
  }
  OpTest shape(kSignalOverlapAddOp);
  shape.Add(Input<float>({2, 3})).AddOutput(Input<float>({3})).SetCustom(Frames(3, 2));
  EXPECT_EQ(shape.Run(), Status::kInvalidShape);
  OpTest type(kSignalOverlapAddOp);
  type.Add(Input<int32_t>({1, 2})).AddOutput(Input<int32_t>({1})).SetCustom(Frames(2, 1));
  EXPECT_EQ(type.Run(), Status::kUnsupportedType);
}

}  // namespace
}  // namespace millrace::micro::testing
