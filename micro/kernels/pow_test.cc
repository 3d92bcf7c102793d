#include "micro/kernels/pow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

TEST(Pow, Float) {
  OpTest op(kPowOp);
  op.Add(Input<float>({2, 2}, {4, 2, 9, 1})).Add(Input<float>({2}, {0.5f, -1}));
  op.AddOutput(Input<float>({2, 2}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(), ElementsAre(2, 0.5f, 3, 1));
}

TEST(Pow, Int32) {
  OpTest op(kPowOp);
  op.Add(Input<int32_t>({5}, {2, -3, 5, 0, 2})).Add(Input<int32_t>({5}, {10, 3, 0, 0, 31}));
  op.AddOutput(Input<int32_t>({5}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int32_t>(), ElementsAre(1024, -27, 1, 1, INT32_MIN));

  OpTest negative(kPowOp);
  negative.Add(Input<int32_t>({1}, {2})).Add(Input<int32_t>({1}, {-1}));
  negative.AddOutput(Input<int32_t>({1}));
  EXPECT_EQ(negative.Run(), Status::kInvokeFailed);
}

TEST(Pow, RefusesInt8) {
  OpTest op(kPowOp);
  op.Add(Input<int8_t>({1})).Add(Input<int8_t>({1})).AddOutput(Input<int8_t>({1}));
  EXPECT_EQ(op.Run(), Status::kUnsupportedType);
}

}  // namespace
}  // namespace millrace::micro::testing
