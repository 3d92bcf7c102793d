// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterBounds(Registry& r);

namespace {

struct BoundsTest : OpTest {
  BoundsTest() : OpTest({RegisterBounds}) {}
};

TEST_F(BoundsTest, Values) {
  EXPECT_TENSOR_EQ(Run1("LowerBound", {Tensor::Of<float>({2, 5}, {0, 3, 3, 9, 10, 1, 2, 3, 4, 5}),
                                       Tensor::Of<float>({2, 3}, {2, 3, 3.5f, 0, 2, 6})}),
                   Tensor::Of<int32_t>({2, 3}, {1, 1, 3, 0, 1, 5}));
  EXPECT_TENSOR_EQ(Run1("UpperBound", {Tensor::Of<float>({2, 5}, {0, 3, 3, 9, 10, 1, 2, 3, 4, 5}),
                                       Tensor::Of<float>({2, 3}, {2, 3, 3.5f, 0, 2, 6})}),
                   Tensor::Of<int32_t>({2, 3}, {1, 3, 3, 0, 2, 5}));
}

TEST_F(BoundsTest, Refuses) {
  EXPECT_EQ(Code("LowerBound", {Tensor::Vector<float>({1, 2}), Tensor::Vector<float>({1})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code("LowerBound", {Tensor::Of<float>({1, 2}, {1, 2}), Tensor::Of<float>({2, 1}, {1, 2})}),
      absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
