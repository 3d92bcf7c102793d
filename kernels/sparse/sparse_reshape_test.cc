// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterSparseReshape(Registry& r);

namespace {

struct SparseReshapeTest : OpTest {
  SparseReshapeTest() : OpTest({RegisterSparseReshape}) {}
};

TEST_F(SparseReshapeTest, Reshapes) {
  EXPECT_OUTPUTS_NEAR(
      Run("SparseReshape", {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                            Tensor::Vector<int64_t>({4, 3}), Tensor::Vector<int64_t>({2, -1})}),
      std::vector<Tensor>({Tensor::Of<int64_t>({4, 2}, {0, 1, 0, 3, 0, 5, 1, 4}),
                           Tensor::Vector<int64_t>({2, 6})}));
  EXPECT_OUTPUTS_NEAR(
      Run("SparseReshape", {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                            Tensor::Vector<int64_t>({4, 3}), Tensor::Vector<int64_t>({2, 2, 3})}),
      std::vector<Tensor>({Tensor::Of<int64_t>({4, 3}, {0, 0, 1, 0, 1, 0, 0, 1, 2, 1, 1, 1}),
                           Tensor::Vector<int64_t>({2, 2, 3})}));
}

TEST_F(SparseReshapeTest, Refuses) {
  EXPECT_EQ(
      Code("SparseReshape", {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                             Tensor::Vector<int64_t>({4, 3}), Tensor::Vector<int64_t>({-1, -1})}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code("SparseReshape", {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                             Tensor::Vector<int64_t>({4, 3}), Tensor::Vector<int64_t>({5, -1})}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code("SparseReshape", {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                             Tensor::Vector<int64_t>({4, 3}), Tensor::Vector<int64_t>({5, 5})}),
      absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
