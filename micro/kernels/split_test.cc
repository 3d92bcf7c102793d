#include "micro/kernels/split.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/core/op_options.h"
#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

TEST(Split, IntoEqualParts) {
  OpTest op(kSplitOp);
  op.Add(Constant<int32_t>({}, {1})).Add(Input<int8_t>({2, 4}, {1, 2, 3, 4, 5, 6, 7, 8}));
  op.AddOutput(Input<int8_t>({2, 2})).AddOutput(Input<int8_t>({2, 2}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int8_t>(0), ElementsAre(1, 2, 5, 6));
  EXPECT_THAT(op.Output<int8_t>(1), ElementsAre(3, 4, 7, 8));
}

TEST(Split, AlongAnAxisThatIsComputed) {
  OpTest op(kSplitOp);
  op.Add(Input<int32_t>({1}, {-2})).Add(Input<float>({2, 1}, {1, 2}));
  op.AddOutput(Input<float>({1, 1})).AddOutput(Input<float>({1, 1}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(1), ElementsAre(2));
  OpTest wrong(kSplitOp);
  wrong.Add(Input<int32_t>({1}, {1})).Add(Input<float>({2, 1}, {1, 2}));
  wrong.AddOutput(Input<float>({1, 1})).AddOutput(Input<float>({1, 1}));
  EXPECT_EQ(wrong.Run(), Status::kInvalidShape);
}

TEST(Split, IntoSizesOfWhichOneIsLeftOpen) {
  OpTest op(kSplitVOp);
  op.Add(Input<int16_t>({5}, {1, 2, 3, 4, 5})).Add(Constant<int64_t>({2}, {-1, 2}));
  op.Add(Constant<int32_t>({1}, {0}));
  op.AddOutput(Input<int16_t>({3})).AddOutput(Input<int16_t>({2}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int16_t>(0), ElementsAre(1, 2, 3));
  EXPECT_THAT(op.Output<int16_t>(1), ElementsAre(4, 5));
}

TEST(Split, Unpack) {
  OpTest op(kUnpackOp);
  op.Add(Input<int32_t>({2, 2}, {1, 2, 3, 4}));
  op.AddOutput(Input<int32_t>({2})).AddOutput(Input<int32_t>({2}));
  op.Set(Options().Set(UnpackOptions::kNum, int32_t{2}).Set(UnpackOptions::kAxis, int32_t{-1}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int32_t>(0), ElementsAre(1, 3));
  EXPECT_THAT(op.Output<int32_t>(1), ElementsAre(2, 4));
}

TEST(Split, RefusesWhatDoesNotFit) {
  OpTest unequal(kSplitOp);
  unequal.Add(Constant<int32_t>({}, {0})).Add(Input<float>({3}));
  unequal.AddOutput(Input<float>({1})).AddOutput(Input<float>({2}));
  EXPECT_EQ(unequal.Run(), Status::kInvalidShape);
  OpTest sizes(kSplitVOp);
  sizes.Add(Input<float>({3})).Add(Constant<int32_t>({2}, {2, 1})).Add(Constant<int32_t>({}, {0}));
  sizes.AddOutput(Input<float>({1})).AddOutput(Input<float>({2}));
  EXPECT_EQ(sizes.Run(), Status::kInvalidShape);
  OpTest count(kUnpackOp);
  count.Add(Input<float>({3})).AddOutput(Input<float>({})).AddOutput(Input<float>({}));
  EXPECT_EQ(count.Run(), Status::kInvalidShape);
}

}  // namespace
}  // namespace millrace::micro::testing
