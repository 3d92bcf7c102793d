#include "micro/kernels/broadcast_args.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(BroadcastArgs, OfDifferentLengths) {
  OpTest op(kBroadcastArgsOp);
  op.Add(Input<int64_t>({2}, {1, 5})).Add(Input<int64_t>({3}, {2, 4, 1}));
  op.AddOutput(Input<int64_t>({3}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int64_t>(), ElementsAre(2, 4, 5));
}

TEST(BroadcastArgs, RefusesShapesThatDoNotBroadcast) {
  OpTest op(kBroadcastArgsOp);
  op.Add(Input<int32_t>({1}, {2})).Add(Input<int32_t>({1}, {3})).AddOutput(Input<int32_t>({1}));
  EXPECT_EQ(op.Run(), Status::kInvokeFailed);
  EXPECT_THAT(op.Reason(), HasSubstr("broadcast"));
  OpTest length(kBroadcastArgsOp);
  length.Add(Input<int32_t>({1})).Add(Input<int32_t>({2})).AddOutput(Input<int32_t>({1}));
  EXPECT_EQ(length.Run(), Status::kInvalidShape);
}

}  // namespace
}  // namespace millrace::micro::testing
