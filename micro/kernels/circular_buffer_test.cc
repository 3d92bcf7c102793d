#include "micro/kernels/circular_buffer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/testing/custom_options_writer.h"
#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

OpTest Example(int32_t cycles) {
  OpTest op(kCIRCULAR_BUFFEROp);
  op.Add(Input<int8_t>({1, 1, 2}, {1, 2})).AddOutput(Input<int8_t>({1, 3, 2}));
  op.SetCustom(CustomOptionsBytes({{"cycles_max", cycles}}));
  return op;
}

TEST(CircularBuffer, KeepsTheLastSlots) {
  OpTest op = Example(1);
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int8_t>(), ElementsAre(0, 0, 0, 0, 1, 2));
  op.interpreter().input(0).data<int8_t>()[0] = 7;
  ASSERT_EQ(op.interpreter().Invoke(), Status::kOk);
  EXPECT_THAT(op.Output<int8_t>(), ElementsAre(0, 0, 1, 2, 7, 2));
  ASSERT_EQ(op.interpreter().Reset(), Status::kOk);
  EXPECT_THAT(op.Output<int8_t>(), ElementsAre(0, 0, 0, 0, 0, 0));
}

TEST(CircularBuffer, LetsWhatFollowsRunAtALowerRate) {
  OpTest op = Example(3);
  EXPECT_EQ(op.Run(), Status::kEndedEarly);
  EXPECT_EQ(op.RunAgain(), Status::kEndedEarly);
  EXPECT_EQ(op.RunAgain(), Status::kOk);
  EXPECT_THAT(op.Output<int8_t>(), ElementsAre(1, 2, 1, 2, 1, 2));
  EXPECT_EQ(op.RunAgain(), Status::kEndedEarly);
}

TEST(CircularBuffer, RefusesWhatDoesNotFit) {
  EXPECT_EQ(Example(0).Run(), Status::kUnsupported);
  OpTest shape(kCIRCULAR_BUFFEROp);
  shape.Add(Input<int8_t>({1, 1, 2})).AddOutput(Input<int8_t>({1, 3, 4}));
  shape.SetCustom(CustomOptionsBytes({{"cycles_max", 1}}));
  EXPECT_EQ(shape.Run(), Status::kInvalidShape);
  OpTest type(kCIRCULAR_BUFFEROp);
  type.Add(Input<float>({1, 1, 2})).AddOutput(Input<float>({1, 3, 2}));
  EXPECT_EQ(type.Run(), Status::kUnsupportedType);
}

}  // namespace
}  // namespace millrace::micro::testing
