// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterSparseArithmetic(Registry& r);

namespace {

struct SparseArithmeticTest : OpTest {
  SparseArithmeticTest() : OpTest({RegisterSparseArithmetic}) {}
};

TEST_F(SparseArithmeticTest, Sums) {
  EXPECT_OUTPUTS_NEAR(
      Run("SparseAdd",
          {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
           Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3}),
           Tensor::Of<int64_t>({3, 2}, {0, 1, 1, 1, 3, 1}), Tensor::Vector<float>({2, 5, -4}),
           Tensor::Vector<int64_t>({4, 3}), Tensor::Scalar<float>(0)}),
      std::vector<Tensor>({Tensor::Of<int64_t>({5, 2}, {0, 1, 1, 0, 1, 1, 1, 2, 3, 1}),
                           Tensor::Vector<float>({3, -2, 5, 3, 0}),
                           Tensor::Vector<int64_t>({4, 3})}));
  EXPECT_OUTPUTS_NEAR(
      Run("SparseAdd",
          {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
           Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3}),
           Tensor::Of<int64_t>({3, 2}, {0, 1, 1, 1, 3, 1}), Tensor::Vector<float>({2, 5, -4}),
           Tensor::Vector<int64_t>({4, 3}), Tensor::Scalar<float>(0.5f)}),
      std::vector<Tensor>({Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 1, 1, 2}),
                           Tensor::Vector<float>({3, -2, 5, 3}), Tensor::Vector<int64_t>({4, 3})}));
  EXPECT_OUTPUTS_NEAR(
      Run("SparseAdd",
          {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
           Tensor::Vector<int32_t>({1, 2, 3, 4}), Tensor::Vector<int64_t>({4, 3}),
           Tensor::Of<int64_t>({3, 2}, {0, 1, 1, 1, 3, 1}), Tensor::Vector<int32_t>({1, 1, 1}),
           Tensor::Vector<int64_t>({4, 3}), Tensor::Scalar<int32_t>(3)}),
      std::vector<Tensor>({Tensor::Of<int64_t>({4, 2}, {1, 0, 1, 1, 1, 2, 3, 1}),
                           Tensor::Vector<int32_t>({2, 1, 3, 5}),
                           Tensor::Vector<int64_t>({4, 3})}));
  EXPECT_OUTPUTS_NEAR(
      Run("SparseAddGrad",
          {Tensor::Vector<float>({1, 2, 3}), Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
           Tensor::Of<int64_t>({3, 2}, {0, 1, 1, 1, 3, 1}),
           Tensor::Of<int64_t>({3, 2}, {0, 1, 1, 2, 3, 1})}),
      std::vector<Tensor>({Tensor::Vector<float>({1, 0, 2, 3}), Tensor::Vector<float>({1, 0, 3})}));
}

TEST_F(SparseArithmeticTest, Extremes) {
  EXPECT_OUTPUTS_NEAR(
      Run("SparseSparseMaximum",
          {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
           Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3}),
           Tensor::Of<int64_t>({3, 2}, {0, 1, 1, 1, 3, 1}), Tensor::Vector<float>({2, 5, -4}),
           Tensor::Vector<int64_t>({4, 3})}),
      std::vector<Tensor>({Tensor::Of<int64_t>({5, 2}, {0, 1, 1, 0, 1, 1, 1, 2, 3, 1}),
                           Tensor::Vector<float>({2, 0, 5, 3, 4})}));
  EXPECT_OUTPUTS_NEAR(
      Run("SparseSparseMinimum",
          {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
           Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3}),
           Tensor::Of<int64_t>({3, 2}, {0, 1, 1, 1, 3, 1}), Tensor::Vector<float>({2, 5, -4}),
           Tensor::Vector<int64_t>({4, 3})}),
      std::vector<Tensor>({Tensor::Of<int64_t>({5, 2}, {0, 1, 1, 0, 1, 1, 1, 2, 3, 1}),
                           Tensor::Vector<float>({1, -2, 0, 0, -4})}));
}

TEST_F(SparseArithmeticTest, Refuses) {
  EXPECT_EQ(
      Code("SparseAdd",
           {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
            Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3}),
            Tensor::Of<int64_t>({3, 2}, {0, 1, 1, 1, 3, 1}), Tensor::Vector<float>({2, 5, -4}),
            Tensor::Vector<int64_t>({4, 4}), Tensor::Scalar<float>(0)}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code("SparseAdd",
           {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
            Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3}),
            Tensor::Of<int64_t>({3, 2}, {0, 1, 1, 1, 3, 1}), Tensor::Vector<float>({2, 5, -4}),
            Tensor::Vector<int64_t>({4, 3}), Tensor::Vector<float>({0})}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("SparseSparseMaximum",
                 {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                  Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3}),
                  Tensor::Of<int64_t>({3, 2}, {0, 1, 1, 1, 3, 1}),
                  Tensor::Vector<float>({2, 5, -4}), Tensor::Vector<int64_t>({4, 4})}),
            absl::StatusCode::kInvalidArgument);
}

MR_GRADIENT_EXAMPLE({.op = "SparseAdd",
                     .inputs = {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                                Tensor::Vector<double>({1, -2, 3, 4}),
                                Tensor::Vector<int64_t>({4, 3}),
                                Tensor::Of<int64_t>({3, 2}, {0, 1, 1, 1, 3, 1}),
                                Tensor::Vector<double>({2, 5, -4.5}),
                                Tensor::Vector<int64_t>({4, 3}), Tensor::Scalar<double>(0)},
                     .wrt = {1, 4},
                     .outputs = {1}});

}  // namespace
}  // namespace millrace
