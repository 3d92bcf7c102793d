#include "micro/kernels/signal_window.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/testing/custom_options_writer.h"
#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

TEST(SignalWindow, EachRowIsWeightedAndRoundedDown) {
  OpTest op(kSignalWindowOp);
  op.Add(Input<int16_t>({2, 3}, {100, 100, 100, -1, -32768, 7}));
  op.Add(Constant<int16_t>({3}, {4096, 2048, 6000})).AddOutput(Input<int16_t>({2, 3}));
  op.SetCustom(CustomOptionsBytes({{"shift", 12}}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int16_t>(), ElementsAre(100, 50, 146, -1, -16384, 10));
}

TEST(SignalWindow, Saturates) {
  OpTest op(kSignalWindowOp);
  op.Add(Input<int16_t>({2}, {-32768, 32767})).Add(Constant<int16_t>({2}, {32767, 32767}));
  op.AddOutput(Input<int16_t>({2})).SetCustom(CustomOptionsBytes({{"shift", 12}}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int16_t>(), ElementsAre(-32768, 32767));
}

TEST(SignalWindow, RefusesWhatDoesNotFit) {
  OpTest size(kSignalWindowOp);
  size.Add(Input<int16_t>({4})).Add(Constant<int16_t>({2}, {1, 1})).AddOutput(Input<int16_t>({4}));
  EXPECT_EQ(size.Run(), Status::kInvalidShape);

  OpTest shift(kSignalWindowOp);
  shift.Add(Input<int16_t>({1})).Add(Constant<int16_t>({1}, {1})).AddOutput(Input<int16_t>({1}));
  shift.SetCustom(CustomOptionsBytes({{"shift", 32}}));
  EXPECT_EQ(shift.Run(), Status::kUnsupported);

  OpTest type(kSignalWindowOp);
  type.Add(Input<float>({1})).Add(Constant<int16_t>({1}, {1})).AddOutput(Input<float>({1}));
  EXPECT_EQ(type.Run(), Status::kUnsupportedType);
}

}  // namespace
}  // namespace millrace::micro::testing
