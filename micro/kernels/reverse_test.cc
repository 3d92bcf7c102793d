#include "micro/kernels/reverse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

OpTest Example(const std::vector<int32_t>& axes) {
  OpTest op(kReverseV2Op);
  op.Add(Input<int8_t>({2, 3}, {1, 2, 3, 4, 5, 6}));
  op.Add(Constant<int32_t>({static_cast<int32_t>(axes.size())}, axes));
  op.AddOutput(Input<int8_t>({2, 3}));
  return op;
}

TEST(Reverse, AlongAxes) {
  OpTest rows = Example({0}), both = Example({-1, 0});
  ASSERT_EQ(rows.Run(), Status::kOk) << rows.Reason();
  EXPECT_THAT(rows.Output<int8_t>(), ElementsAre(4, 5, 6, 1, 2, 3));
  ASSERT_EQ(both.Run(), Status::kOk) << both.Reason();
  EXPECT_THAT(both.Output<int8_t>(), ElementsAre(6, 5, 4, 3, 2, 1));
}

TEST(Reverse, RefusesAxesThatAreNotThere) {
  EXPECT_EQ(Example({2}).Run(), Status::kInvalidShape);
  EXPECT_EQ(Example({1, -1}).Run(), Status::kInvalidShape);
}

}  // namespace
}  // namespace millrace::micro::testing
