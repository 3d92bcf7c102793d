#include "micro/kernels/dynamic_update_slice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

OpTest Example(const std::vector<int32_t>& start) {
  OpTest op(kDynamicUpdateSliceOp);
  op.Add(Input<int8_t>({3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9}));
  op.Add(Input<int8_t>({2, 1}, {-1, -2})).Add(Input<int32_t>({2}, start));
  op.AddOutput(Input<int8_t>({3, 3}));
  return op;
}

TEST(DynamicUpdateSlice, WhereTheStartSays) {
  OpTest op = Example({1, 1});
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int8_t>(), ElementsAre(1, 2, 3, 4, -1, 6, 7, -2, 9));
}

TEST(DynamicUpdateSlice, MovesTheUpdateInside) {
  OpTest far = Example({INT32_MAX, INT32_MIN});
  ASSERT_EQ(far.Run(), Status::kOk) << far.Reason();
  EXPECT_THAT(far.Output<int8_t>(), ElementsAre(1, 2, 3, -1, 5, 6, -2, 8, 9));
}

TEST(DynamicUpdateSlice, OfTheWholeOperand) {
  OpTest op(kDynamicUpdateSliceOp);
  op.Add(Input<int32_t>({1}, {1})).Add(Input<int32_t>({1}, {2})).Add(Input<int32_t>({1}, {0}));
  op.AddOutput(Input<int32_t>({1}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int32_t>(), ElementsAre(2));
}

TEST(DynamicUpdateSlice, RefusesLargerUpdates) {
  OpTest op(kDynamicUpdateSliceOp);
  op.Add(Input<float>({2})).Add(Input<float>({3})).Add(Input<int32_t>({1}));
  op.AddOutput(Input<float>({2}));
  EXPECT_EQ(op.Run(), Status::kInvalidShape);
}

}  // namespace
}  // namespace millrace::micro::testing
