// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterSetOperations(Registry& r);

namespace {

struct SetOperationsTest : OpTest {
  SetOperationsTest() : OpTest({RegisterSetOperations}) {}
};

TEST_F(SetOperationsTest, Dense) {
  EXPECT_OUTPUTS_NEAR(
      Run("DenseToDenseSetOperation",
          {Tensor::Of<int32_t>({2, 3}, {1, 2, 2, 3, 4, 5}),
           Tensor::Of<int32_t>({2, 2}, {2, 9, 3, 3})},
          {{"set_operation", "a-b"}}),
      std::vector<Tensor>({Tensor::Of<int64_t>({3, 2}, {0, 0, 1, 0, 1, 1}),
                           Tensor::Vector<int32_t>({1, 4, 5}), Tensor::Vector<int64_t>({2, 2})}));
  EXPECT_OUTPUTS_NEAR(
      Run("DenseToDenseSetOperation",
          {Tensor::Of<int32_t>({2, 3}, {1, 2, 2, 3, 4, 5}),
           Tensor::Of<int32_t>({2, 2}, {2, 9, 3, 3})},
          {{"set_operation", "b-a"}}),
      std::vector<Tensor>({Tensor::Of<int64_t>({1, 2}, {0, 0}), Tensor::Vector<int32_t>({9}),
                           Tensor::Vector<int64_t>({2, 1})}));
  EXPECT_OUTPUTS_NEAR(
      Run("DenseToDenseSetOperation",
          {Tensor::Of<int32_t>({2, 3}, {1, 2, 2, 3, 4, 5}),
           Tensor::Of<int32_t>({2, 2}, {2, 9, 3, 3})},
          {{"set_operation", "intersection"}}),
      std::vector<Tensor>({Tensor::Of<int64_t>({2, 2}, {0, 0, 1, 0}),
                           Tensor::Vector<int32_t>({2, 3}), Tensor::Vector<int64_t>({2, 1})}));
  EXPECT_OUTPUTS_NEAR(
      Run("DenseToDenseSetOperation",
          {Tensor::Of<int32_t>({2, 3}, {1, 2, 2, 3, 4, 5}),
           Tensor::Of<int32_t>({2, 2}, {2, 9, 3, 3})},
          {{"set_operation", "union"}}),
      std::vector<Tensor>({Tensor::Of<int64_t>({6, 2}, {0, 0, 0, 1, 0, 2, 1, 0, 1, 1, 1, 2}),
                           Tensor::Vector<int32_t>({1, 2, 9, 3, 4, 5}),
                           Tensor::Vector<int64_t>({2, 3})}));
}

TEST_F(SetOperationsTest, Sparse) {
  EXPECT_OUTPUTS_NEAR(
      Run("SparseToSparseSetOperation",
          {Tensor::Of<int64_t>({2, 2}, {0, 0, 0, 1}), Tensor::Vector<int64_t>({1, 2}),
           Tensor::Vector<int64_t>({2, 2}), Tensor::Of<int64_t>({2, 2}, {0, 0, 1, 0}),
           Tensor::Vector<int64_t>({2, 9}), Tensor::Vector<int64_t>({2, 1})},
          {{"set_operation", "a-b"}}),
      std::vector<Tensor>({Tensor::Of<int64_t>({1, 2}, {0, 0}), Tensor::Vector<int64_t>({1}),
                           Tensor::Vector<int64_t>({2, 1})}));
  EXPECT_OUTPUTS_NEAR(
      Run("SparseToSparseSetOperation",
          {Tensor::Of<int64_t>({2, 2}, {0, 0, 0, 1}), Tensor::Vector<int64_t>({1, 2}),
           Tensor::Vector<int64_t>({2, 2}), Tensor::Of<int64_t>({2, 2}, {0, 0, 1, 0}),
           Tensor::Vector<int64_t>({2, 9}), Tensor::Vector<int64_t>({2, 1})},
          {{"set_operation", "b-a"}}),
      std::vector<Tensor>({Tensor::Of<int64_t>({1, 2}, {1, 0}), Tensor::Vector<int64_t>({9}),
                           Tensor::Vector<int64_t>({2, 1})}));
  EXPECT_OUTPUTS_NEAR(
      Run("SparseToSparseSetOperation",
          {Tensor::Of<int64_t>({2, 2}, {0, 0, 0, 1}), Tensor::Vector<int64_t>({1, 2}),
           Tensor::Vector<int64_t>({2, 2}), Tensor::Of<int64_t>({2, 2}, {0, 0, 1, 0}),
           Tensor::Vector<int64_t>({2, 9}), Tensor::Vector<int64_t>({2, 1})},
          {{"set_operation", "intersection"}}),
      std::vector<Tensor>({Tensor::Of<int64_t>({1, 2}, {0, 0}), Tensor::Vector<int64_t>({2}),
                           Tensor::Vector<int64_t>({2, 1})}));
  EXPECT_OUTPUTS_NEAR(
      Run("SparseToSparseSetOperation",
          {Tensor::Of<int64_t>({2, 2}, {0, 0, 0, 1}), Tensor::Vector<int64_t>({1, 2}),
           Tensor::Vector<int64_t>({2, 2}), Tensor::Of<int64_t>({2, 2}, {0, 0, 1, 0}),
           Tensor::Vector<int64_t>({2, 9}), Tensor::Vector<int64_t>({2, 1})},
          {{"set_operation", "union"}}),
      std::vector<Tensor>({Tensor::Of<int64_t>({3, 2}, {0, 0, 0, 1, 1, 0}),
                           Tensor::Vector<int64_t>({1, 2, 9}), Tensor::Vector<int64_t>({2, 2})}));
  EXPECT_OUTPUTS_NEAR(
      Run("DenseToSparseSetOperation",
          {Tensor::Of<std::string>({2, 2}, {"a", "b", "c", "d"}),
           Tensor::Of<int64_t>({2, 2}, {0, 0, 1, 0}), Tensor::Vector<std::string>({"b", "z"}),
           Tensor::Vector<int64_t>({2, 1})},
          {{"set_operation", "union"}}),
      std::vector<Tensor>({Tensor::Of<int64_t>({5, 2}, {0, 0, 0, 1, 1, 0, 1, 1, 1, 2}),
                           Tensor::Vector<std::string>({"a", "b", "c", "d", "z"}),
                           Tensor::Vector<int64_t>({2, 3})}));
}

TEST_F(SetOperationsTest, Sizes) {
  EXPECT_TENSOR_EQ(
      Run1("SetSize", {Tensor::Of<int64_t>({3, 2}, {0, 0, 0, 1, 1, 0}),
                       Tensor::Vector<int32_t>({1, 1, 9}), Tensor::Vector<int64_t>({3, 2})}),
      Tensor::Vector<int32_t>({1, 1, 0}));
}

TEST_F(SetOperationsTest, Refuses) {
  EXPECT_EQ(Code("DenseToDenseSetOperation",
                 {Tensor::Of<int32_t>({1, 2}, {1, 2}), Tensor::Of<int32_t>({1, 2}, {1, 2})},
                 {{"set_operation", "xor"}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("DenseToDenseSetOperation",
                 {Tensor::Of<int32_t>({1, 2}, {1, 2}), Tensor::Of<int32_t>({2, 2}, {1, 2, 3, 4})},
                 {{"set_operation", "union"}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("DenseToDenseSetOperation",
                 {Tensor::Vector<int32_t>({1, 2}), Tensor::Vector<int32_t>({1, 2})},
                 {{"set_operation", "union"}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("SetSize", {Tensor::Of<int64_t>({2, 2}, {1, 0, 0, 1}),
                             Tensor::Vector<int32_t>({1, 9}), Tensor::Vector<int64_t>({3, 2})}),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
