#include "micro/kernels/resize_nearest_neighbor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/core/op_options.h"
#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

std::vector<int32_t> Resize(int32_t to, bool align_corners, bool half_pixel) {
  OpTest op(kResizeNearestNeighborOp);
  op.SetVersion(3).Add(Input<int32_t>({1, 1, 3, 1}, {1, 2, 3}));
  op.Add(Constant<int32_t>({2}, {1, to})).AddOutput(Input<int32_t>({1, 1, to, 1}));
  op.Set(Options()
             .Set(ResizeNearestNeighborOptions::kAlignCorners, align_corners)
             .Set(ResizeNearestNeighborOptions::kHalfPixelCenters, half_pixel));
  EXPECT_EQ(op.Run(), Status::kOk) << op.Reason();
  return op.Output<int32_t>();
}

TEST(ResizeNearestNeighbor, TakesTheNearest) {
  EXPECT_THAT(Resize(5, false, false), ElementsAre(1, 1, 2, 2, 3));
  EXPECT_THAT(Resize(5, true, false), ElementsAre(1, 2, 2, 3, 3));
  EXPECT_THAT(Resize(5, false, true), ElementsAre(1, 1, 2, 3, 3));
  EXPECT_THAT(Resize(1, true, false), ElementsAre(1));
  EXPECT_THAT(Resize(2, false, true), ElementsAre(1, 3));
}

TEST(ResizeNearestNeighbor, KeepsPixelsWhole) {
  OpTest op(kResizeNearestNeighborOp);
  op.Add(Input<int8_t>({1, 1, 2, 3}, {1, 2, 3, 4, 5, 6})).Add(Constant<int32_t>({2}, {2, 2}));
  op.AddOutput(Input<int8_t>({1, 2, 2, 3}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int8_t>(), ElementsAre(1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6));
}

TEST(ResizeNearestNeighbor, RefusesAnotherSize) {
  OpTest op(kResizeNearestNeighborOp);
  op.Add(Input<float>({1, 2, 2, 1})).Add(Constant<int32_t>({2}, {3, 3}));
  op.AddOutput(Input<float>({1, 3, 2, 1}));
  EXPECT_EQ(op.Run(), Status::kInvalidShape);
}

}  // namespace
}  // namespace millrace::micro::testing
