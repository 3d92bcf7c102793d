#include "micro/kernels/resize_bilinear.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/core/op_options.h"
#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

OpTest Example(bool align_corners, bool half_pixel, std::vector<int32_t> size) {
  OpTest op(kResizeBilinearOp);
  op.SetVersion(3).Add(Input<float>({1, 2, 2, 1}, {0, 4, 8, 12})).Add(Constant<int32_t>({2}, size));
  op.AddOutput(Input<float>({1, size[0], size[1], 1}));
  op.Set(Options()
             .Set(ResizeBilinearOptions::kAlignCorners, align_corners)
             .Set(ResizeBilinearOptions::kHalfPixelCenters, half_pixel));
  return op;
}

TEST(ResizeBilinear, Floats) {
  OpTest plain = Example(false, false, {2, 4});
  ASSERT_EQ(plain.Run(), Status::kOk) << plain.Reason();
  EXPECT_THAT(plain.Output<float>(), ElementsAre(0, 2, 4, 4, 8, 10, 12, 12));
  OpTest corners = Example(true, false, {3, 3});
  ASSERT_EQ(corners.Run(), Status::kOk) << corners.Reason();
  EXPECT_THAT(corners.Output<float>(), ElementsAre(0, 2, 4, 4, 6, 8, 8, 10, 12));
  OpTest half = Example(false, true, {1, 4});
  ASSERT_EQ(half.Run(), Status::kOk) << half.Reason();
  EXPECT_THAT(half.Output<float>(), ElementsAre(4, 5, 7, 8));
}

TEST(ResizeBilinear, Int8RoundsHalvesAwayFromZero) {
  OpTest op(kResizeBilinearOp);
  op.Add(Input<int8_t>({1, 1, 3, 1}, {0, 5, -10})).Add(Constant<int32_t>({2}, {1, 6}));
  op.AddOutput(Input<int8_t>({1, 1, 6, 1}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int8_t>(), ElementsAre(0, 3, 5, -3, -10, -10));
}

// With steps of 1/1024 the last of many outputs would come to lie behind the only pixel.
TEST(ResizeBilinear, OnePixelToMany) {
  OpTest op(kResizeBilinearOp);
  op.Add(Input<int16_t>({1, 1, 1, 1}, {7})).Add(Constant<int32_t>({2}, {1, 2047}));
  op.AddOutput(Input<int16_t>({1, 1, 2047, 1}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int16_t>(), ::testing::Each(7));
}

TEST(ResizeBilinear, RefusesWhatDoesNotFit) {
  OpTest size(kResizeBilinearOp);
  size.Add(Input<float>({1, 2, 2, 1})).Add(Constant<int32_t>({2}, {3, 3}));
  size.AddOutput(Input<float>({1, 3, 2, 1}));
  EXPECT_EQ(size.Run(), Status::kInvalidShape);
  OpTest empty(kResizeBilinearOp);
  empty.Add(Input<float>({1, 0, 2, 1})).Add(Constant<int32_t>({2}, {1, 1}));
  empty.AddOutput(Input<float>({1, 1, 1, 1}));
  EXPECT_EQ(empty.Run(), Status::kInvalidShape);
}

}  // namespace
}  // namespace millrace::micro::testing
