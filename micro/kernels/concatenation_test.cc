#include "micro/kernels/concatenation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/core/op_options.h"
#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Concatenation, AlongAnAxis) {
  OpTest op(kConcatenationOp);
  op.Add(Input<int8_t>({2, 1}, {1, 2})).Add(Input<int8_t>({2, 2}, {3, 4, 5, 6}));
  op.AddOutput(Input<int8_t>({2, 3}));
  op.Set(Options().Set(ConcatenationOptions::kAxis, int32_t{-1}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int8_t>(), ElementsAre(1, 3, 4, 2, 5, 6));
}

TEST(Concatenation, OfConstantsAndEmptyInputs) {
  OpTest op(kConcatenationOp);
  op.Add(Input<int64_t>({0, 2})).Add(Constant<int64_t>({1, 2}, {7, 8}));
  op.Add(Input<int64_t>({1, 2}, {9, 10})).AddOutput(Input<int64_t>({2, 2}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int64_t>(), ElementsAre(7, 8, 9, 10));
}

TEST(Concatenation, Pack) {
  OpTest op(kPackOp);
  op.Add(Input<float>({2}, {1, 2})).Add(Input<float>({2}, {3, 4})).AddOutput(Input<float>({2, 2}));
  op.Set(Options().Set(PackOptions::kAxis, int32_t{1}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(), ElementsAre(1, 3, 2, 4));
}

TEST(Concatenation, RefusesWhatDoesNotFit) {
  OpTest sum(kConcatenationOp);
  sum.Add(Input<float>({2})).Add(Input<float>({2})).AddOutput(Input<float>({5}));
  EXPECT_EQ(sum.Run(), Status::kInvalidShape);
  EXPECT_THAT(sum.Reason(), HasSubstr("add up"));
  OpTest axis(kConcatenationOp);
  axis.Add(Input<float>({2})).AddOutput(Input<float>({2}));
  axis.Set(Options().Set(ConcatenationOptions::kAxis, int32_t{1}));
  EXPECT_EQ(axis.Run(), Status::kInvalidShape);
  OpTest type(kConcatenationOp);
  type.Add(Input<int32_t>({2})).AddOutput(Input<float>({2}));
  EXPECT_EQ(type.Run(), Status::kUnsupportedType);
  OpTest count(kPackOp);
  count.Add(Input<float>({2})).AddOutput(Input<float>({3, 2}));
  EXPECT_EQ(count.Run(), Status::kInvalidShape);
}

}  // namespace
}  // namespace millrace::micro::testing
