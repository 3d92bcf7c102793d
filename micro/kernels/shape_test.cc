#include "micro/kernels/shape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

TEST(Shape, GivesTheDimensions) {
  OpTest narrow(kShapeOp);
  narrow.Add(Input<int8_t>({2, 1, 3}, std::vector<int8_t>(6))).AddOutput(Input<int32_t>({3}));
  ASSERT_EQ(narrow.Run(), Status::kOk) << narrow.Reason();
  EXPECT_THAT(narrow.Output<int32_t>(), ElementsAre(2, 1, 3));
  OpTest wide(kShapeOp);
  wide.Add(Input<float>({4, 2}, std::vector<float>(8))).AddOutput(Input<int64_t>({2}));
  ASSERT_EQ(wide.Run(), Status::kOk) << wide.Reason();
  EXPECT_THAT(wide.Output<int64_t>(), ElementsAre(4, 2));
}

TEST(Shape, Rank) {
  OpTest op(kRankOp);
  op.Add(Input<float>({1, 2, 1}, {1, 2})).AddOutput(Input<int32_t>({}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int32_t>(), ElementsAre(3));
}

TEST(Shape, RefusesWhatDoesNotFit) {
  OpTest length(kShapeOp);
  length.Add(Input<float>({4, 2})).AddOutput(Input<int32_t>({3}));
  EXPECT_EQ(length.Run(), Status::kInvalidShape);
  OpTest type(kShapeOp);
  type.Add(Input<float>({4, 2})).AddOutput(Input<float>({2}));
  EXPECT_EQ(type.Run(), Status::kUnsupportedType);
  OpTest rank(kRankOp);
  rank.Add(Input<float>({4, 2})).AddOutput(Input<int32_t>({2}));
  EXPECT_EQ(rank.Run(), Status::kInvalidShape);
}

}  // namespace
}  // namespace millrace::micro::testing
