#include "micro/kernels/tile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

TEST(Tile, RepeatsAlongEachDimension) {
  OpTest op(kTileOp);
  op.Add(Input<int16_t>({2, 2}, {1, 2, 3, 4})).Add(Constant<int32_t>({2}, {2, 3}));
  op.AddOutput(Input<int16_t>({4, 6}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int16_t>(), ElementsAre(1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4,  //
                                                1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4));
}

TEST(Tile, OfEightDimensions) {
  OpTest op(kTileOp);
  op.Add(Input<int8_t>({1, 2, 1, 1, 2, 1, 1, 1}, {1, 2, 3, 4}));
  op.Add(Constant<int32_t>({8}, {2, 1, 2, 1, 1, 1, 2, 1}));
  op.AddOutput(Input<int8_t>({2, 2, 2, 1, 2, 1, 2, 1}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_EQ(op.Output<int8_t>()[0], 1);
  EXPECT_EQ(op.Output<int8_t>()[3], 2);
  EXPECT_EQ(op.Output<int8_t>()[31], 4);
}

TEST(Tile, BroadcastTo) {
  OpTest op(kBroadcastToOp);
  op.SetVersion(2).Add(Input<float>({2, 1}, {1, 2})).Add(Constant<int64_t>({3}, {2, 2, 2}));
  op.AddOutput(Input<float>({2, 2, 2}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(), ElementsAre(1, 1, 2, 2, 1, 1, 2, 2));
}

TEST(Tile, RefusesWhatDoesNotFit) {
  for (const int64_t times : {int64_t{3}, int64_t{-1}, int64_t{1} << 33, INT64_MAX}) {
    OpTest op(kTileOp);
    op.Add(Input<float>({2}, {1, 2})).Add(Input<int64_t>({1}, {times}));
    op.AddOutput(Input<float>({4}));
    EXPECT_EQ(op.Run(), Status::kInvalidShape);
  }
  OpTest shape(kBroadcastToOp);
  shape.Add(Input<float>({2})).Add(Constant<int32_t>({1}, {4})).AddOutput(Input<float>({4}));
  EXPECT_EQ(shape.Run(), Status::kInvalidShape);
}

}  // namespace
}  // namespace millrace::micro::testing
