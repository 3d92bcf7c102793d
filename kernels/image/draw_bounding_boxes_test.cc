// Values are held against TensorFlow's in tests/conformance; here properties and bad input.
#include <limits>

#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterDrawBoundingBoxes(Registry& r);

namespace {

struct DrawBoundingBoxesTest : OpTest {
  DrawBoundingBoxesTest() : OpTest({RegisterDrawBoundingBoxes}) {}
};

Tensor Grey(int64_t height, int64_t width) {
  return Tensor::Of<float>({1, height, width, 1},
                           std::vector<float>(static_cast<size_t>(height * width), 0.0f));
}

TEST_F(DrawBoundingBoxesTest, DrawsAnOutline) {
  EXPECT_TENSOR_EQ(
      Run1("DrawBoundingBoxes", {Grey(4, 4), Tensor::Of<float>({1, 1, 4}, {0, 0, 0.7f, 1})}),
      Tensor::Of<float>({1, 4, 4, 1}, {1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0}));
}

TEST_F(DrawBoundingBoxesTest, LeavesOutSidesOutsideOfTheImage) {
  EXPECT_TENSOR_EQ(Run1("DrawBoundingBoxesV2", {Grey(3, 3),
                                                Tensor::Of<float>({1, 2, 4}, {-1, 0.5f, 2, 2,  //
                                                                              2, 2, 3, 3}),
                                                Tensor::Of<float>({1, 1}, {0.25f})}),
                   Tensor::Of<float>({1, 3, 3, 1}, {0, 0.25f, 0, 0, 0.25f, 0, 0, 0.25f, 0}));
}

TEST_F(DrawBoundingBoxesTest, EndsThatAreNoNumbersDrawNothing) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TENSOR_EQ(
      Run1("DrawBoundingBoxes", {Grey(2, 2), Tensor::Of<float>({1, 1, 4}, {nan, nan, nan, nan})}),
      Grey(2, 2));
}

TEST_F(DrawBoundingBoxesTest, Refuses) {
  const Tensor box = Tensor::Of<float>({1, 1, 4}, {0, 0, 1, 1});
  const Tensor two = Tensor::Of<float>({1, 1, 1, 2}, {0, 0});
  EXPECT_EQ(Code("DrawBoundingBoxes", {two, box}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("DrawBoundingBoxes", {Grey(2, 2), Tensor::Of<float>({1, 4}, {0, 0, 1, 1})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("DrawBoundingBoxesV2", {Grey(2, 2), box, Tensor::Vector<float>({1})}),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
