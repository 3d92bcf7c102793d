#include "micro/kernels/top_k.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

TEST(TopK, LargestFirstThenTheLowerIndex) {
  OpTest op(kTopkV2Op);
  op.Add(Input<int8_t>({2, 4}, {3, 7, 7, -1, -5, -5, -6, -5})).Add(Constant<int32_t>({}, {3}));
  op.AddOutput(Input<int8_t>({2, 3})).AddOutput(Input<int32_t>({2, 3}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int8_t>(0), ElementsAre(7, 7, 3, -5, -5, -5));
  EXPECT_THAT(op.Output<int32_t>(1), ElementsAre(1, 2, 0, 0, 1, 3));
}

TEST(TopK, OfAllElements) {
  OpTest op(kTopkV2Op);
  op.Add(Input<float>({3}, {1, 3, 2})).Add(Input<int32_t>({1}, {3}));
  op.AddOutput(Input<float>({3})).AddOutput(Input<int16_t>({3}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(0), ElementsAre(3, 2, 1));
  EXPECT_THAT(op.Output<int16_t>(1), ElementsAre(1, 2, 0));
}

TEST(TopK, RefusesWhatDoesNotFit) {
  OpTest many(kTopkV2Op);
  many.Add(Input<float>({2})).Add(Constant<int32_t>({}, {3}));
  many.AddOutput(Input<float>({3})).AddOutput(Input<int32_t>({3}));
  EXPECT_EQ(many.Run(), Status::kInvalidShape);
  OpTest other(kTopkV2Op);
  other.Add(Input<float>({2}, {1, 2})).Add(Input<int32_t>({}, {-1}));
  other.AddOutput(Input<float>({1})).AddOutput(Input<int32_t>({1}));
  EXPECT_EQ(other.Run(), Status::kInvalidShape);
  OpTest number(kTopkV2Op);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  number.Add(Input<float>({2}, {nan, nan})).Add(Constant<int32_t>({}, {2}));
  number.AddOutput(Input<float>({2})).AddOutput(Input<int32_t>({2}));
  EXPECT_EQ(number.Run(), Status::kInvokeFailed);
}

}  // namespace
}  // namespace millrace::micro::testing
