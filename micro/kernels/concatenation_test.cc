#include "micro/kernels/concatenation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/core/op_options.h"
#include "micro/kernels/slice.h"
#include "micro/testing/model_runner.h"
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

// As loops that fill a list do: y = x with row i replaced. Converters do not know how large the
// slices are.
class ListTest : public ::testing::Test {
 protected:
  ListTest() {
    const int x = model_.Add(Input<float>({4, 2}));
    const int before = model_.Add(Input<int32_t>({2})), after = model_.Add(Input<int32_t>({2}));
    const int row = model_.Add(Input<float>({1, 2}));
    const int zeros = model_.Add(Constant<int32_t>({2}, {0, 0}));
    const int rest = model_.Add(Constant<int32_t>({2}, {-1, -1}));
    const int first = model_.Add(Input<float>({1, 1})), last = model_.Add(Input<float>({1, 2}));
    const int y = model_.Add(Input<float>({4, 2}));
    model_.AddOp(BuiltinOp::kSlice, {x, zeros, before}, {first});
    model_.AddOp(BuiltinOp::kSlice, {x, after, rest}, {last});
    model_.AddOp(BuiltinOp::kConcatenation, {first, row, last}, {y},
                 Options().Set(ConcatenationOptions::kAxis, int32_t{0}));
    model_.SetInputs({x, before, after, row}).SetOutputs({y});
  }
  static constexpr const OpRegistration* kOps[] = {&kSliceOp, &kConcatenationOp};
  ModelBuilder model_;
};

TEST_F(ListTest, PartsOfAnySizeAreJoined) {
  ModelRunner runner(model_, kOps);
  ASSERT_EQ(runner.Allocate(), Status::kOk) << runner.Reason();
  for (int32_t i = 0; i < 4; ++i) {
    std::vector<float> expected = {1, 2, 3, 4, 5, 6, 7, 8};
    runner.Set<float>(0, expected).Set<int32_t>(1, {i, -1}).Set<int32_t>(2, {i + 1, 0});
    runner.Set<float>(3, {-1, -2});
    ASSERT_EQ(runner.Invoke(), Status::kOk) << runner.Reason();
    expected[static_cast<size_t>(2 * i)] = -1;
    expected[static_cast<size_t>(2 * i + 1)] = -2;
    EXPECT_EQ(runner.Output<float>(0), expected);
  }
}

TEST_F(ListTest, PartsMustFillTheOutput) {
  ModelRunner runner(model_, kOps);
  ASSERT_EQ(runner.Allocate(), Status::kOk) << runner.Reason();
  runner.Set<float>(0, {1, 2, 3, 4, 5, 6, 7, 8}).Set<float>(3, {-1, -2});
  runner.Set<int32_t>(1, {3, -1}).Set<int32_t>(2, {3, 0});
  EXPECT_EQ(runner.Invoke(), Status::kInvalidShape) << "five rows";
  runner.Set<int32_t>(1, {1, -1});
  EXPECT_EQ(runner.Invoke(), Status::kInvalidShape) << "three rows";
  runner.Set<int32_t>(1, {2, 1});
  EXPECT_EQ(runner.Invoke(), Status::kInvalidShape) << "halves of rows";
  runner.Set<int32_t>(1, {5, -1});
  EXPECT_EQ(runner.Invoke(), Status::kInvalidShape) << "more than there are";
}

}  // namespace
}  // namespace millrace::micro::testing
