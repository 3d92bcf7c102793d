#include "micro/kernels/bitwise.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

TEST(Bitcast, BytesStayAsTheyAre) {
  OpTest op(kBitcastOp);
  op.Add(Input<float>({1}, {1.0f})).AddOutput(Input<uint8_t>({1, 4}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<uint8_t>(), ElementsAre(0, 0, 0x80, 0x3F));
  OpTest size(kBitcastOp);
  size.Add(Input<float>({2})).AddOutput(Input<int16_t>({2}));
  EXPECT_EQ(size.Run(), Status::kInvalidShape);
}

TEST(BitwiseXor, Broadcasts) {
  OpTest op(kBitwiseXorOp);
  op.Add(Input<int16_t>({2, 2}, {0, 1, 0x7F00, -1})).Add(Input<int16_t>({1}, {0x00FF}));
  op.AddOutput(Input<int16_t>({2, 2}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int16_t>(), ElementsAre(0xFF, 0xFE, 0x7FFF, -256));
  OpTest wide(kBitwiseXorOp);
  wide.Add(Input<int64_t>({1})).Add(Input<int64_t>({1})).AddOutput(Input<int64_t>({1}));
  EXPECT_EQ(wide.Run(), Status::kUnsupportedType);
}

TEST(RightShift, KeepsTheSignAndCutsTheShift) {
  OpTest op(kRightShiftOp);
  op.Add(Input<int8_t>({4}, {-128, 127, -1, 5})).Add(Input<int8_t>({4}, {1, 100, 100, -3}));
  op.AddOutput(Input<int8_t>({4}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int8_t>(), ElementsAre(-64, 0, -1, 5));
  OpTest truth(kRightShiftOp);
  truth.Add(Input<bool>({1})).Add(Input<bool>({1})).AddOutput(Input<bool>({1}));
  EXPECT_EQ(truth.Run(), Status::kUnsupportedType);
}

}  // namespace
}  // namespace millrace::micro::testing
