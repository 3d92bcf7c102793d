#include "micro/kernels/segment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

TEST(SegmentSum, RowsOfASegment) {
  OpTest op(kSegmentSumOp);
  op.Add(Input<int32_t>({3, 2}, {1, 2, 3, 4, 5, 6})).Add(Constant<int32_t>({3}, {0, 0, 2}));
  op.AddOutput(Input<int32_t>({3, 2}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int32_t>(), ElementsAre(4, 6, 0, 0, 5, 6));
}

std::vector<float> Unsorted(const OpRegistration& registration) {
  OpTest op(registration);
  op.Add(Input<float>({4}, {2, 3, 5, 7})).Add(Input<int32_t>({4}, {1, -1, 0, 1}));
  op.Add(Constant<int32_t>({}, {2})).AddOutput(Input<float>({2}));
  EXPECT_EQ(op.Run(), Status::kOk) << op.Reason();
  return op.Output<float>();
}

TEST(UnsortedSegment, LeavesOutNegativeIds) {
  EXPECT_THAT(Unsorted(kUnsortedSegmentSumOp), ElementsAre(5, 9));
  EXPECT_THAT(Unsorted(kUnsortedSegmentProdOp), ElementsAre(5, 14));
  EXPECT_THAT(Unsorted(kUnsortedSegmentMaxOp), ElementsAre(5, 7));
  EXPECT_THAT(Unsorted(kUnsortedSegmentMinOp), ElementsAre(5, 2));
}

TEST(Segment, RefusesIdsThatDoNotFit) {
  for (const std::vector<int32_t>& ids : {std::vector<int32_t>{1, 0}, {0, 2}, {-1, 0}}) {
    OpTest op(kSegmentSumOp);
    op.Add(Input<float>({2}, {1, 2})).Add(Input<int32_t>({2}, ids)).AddOutput(Input<float>({2}));
    EXPECT_EQ(op.Run(), Status::kInvokeFailed) << ids[0];
  }
  OpTest op(kUnsortedSegmentSumOp);
  op.Add(Input<float>({2}, {1, 2})).Add(Input<int32_t>({2}, {0, 3}));
  op.Add(Input<int32_t>({}, {3})).AddOutput(Input<float>({3}));
  EXPECT_EQ(op.Run(), Status::kInvokeFailed);
}

}  // namespace
}  // namespace millrace::micro::testing
