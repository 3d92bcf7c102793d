#include "micro/kernels/space_to_batch_nd.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

TEST(SpaceToBatchNd, WithPaddings) {
  OpTest op(kSpaceToBatchNdOp);
  op.Add(Input<int8_t>({1, 3, 1}, {1, 2, 3}, Quant(1, 9))).Add(Constant<int32_t>({1}, {2}));
  op.Add(Constant<int32_t>({1, 2}, {1, 0})).AddOutput(Input<int8_t>({2, 2, 1}, {}, Quant(1, 9)));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int8_t>(), ElementsAre(9, 2, 1, 3));
}

TEST(SpaceToBatchNd, BackWithCrops) {
  OpTest op(kBatchToSpaceNdOp);
  op.Add(Input<float>({2, 2, 1}, {9, 2, 1, 3})).Add(Constant<int64_t>({1}, {2}));
  op.Add(Constant<int64_t>({1, 2}, {1, 0})).AddOutput(Input<float>({1, 3, 1}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(), ElementsAre(1, 2, 3));
}

TEST(SpaceToBatchNd, InTwoDimensions) {
  OpTest op(kSpaceToBatchNdOp);
  op.Add(Input<int16_t>({1, 2, 2, 1}, {1, 2, 3, 4})).Add(Constant<int32_t>({2}, {2, 2}));
  op.Add(Constant<int32_t>({2, 2}, {0, 0, 2, 0})).AddOutput(Input<int16_t>({4, 1, 2, 1}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int16_t>(), ElementsAre(0, 1, 0, 2, 0, 3, 0, 4));
}

TEST(SpaceToBatchNd, RefusesWhatDoesNotFit) {
  for (const auto& [block, paddings] :
       std::vector<std::pair<int64_t, std::vector<int64_t>>>{{0, {1, 0}},
                                                             {-2, {1, 0}},
                                                             {3, {1, 0}},
                                                             {2, {0, 0}},
                                                             {2, {-1, 2}},
                                                             {INT64_MAX, {0, 0}},
                                                             {2, {INT64_MAX, INT64_MIN}}}) {
    OpTest op(kSpaceToBatchNdOp);
    op.Add(Input<float>({1, 3}, {1, 2, 3})).Add(Input<int64_t>({1}, {block}));
    op.Add(Input<int64_t>({1, 2}, paddings)).AddOutput(Input<float>({2, 2}));
    EXPECT_EQ(op.Run(), Status::kInvalidShape);
  }
}

}  // namespace
}  // namespace millrace::micro::testing
