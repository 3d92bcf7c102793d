// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
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

TEST_F(SparseReshapeTest, FillsEmptyRows) {
  EXPECT_OUTPUTS_NEAR(
      Run("SparseFillEmptyRows", {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                                  Tensor::Vector<float>({1, -2, 3, 4}),
                                  Tensor::Vector<int64_t>({4, 3}), Tensor::Scalar<float>(7)}),
      std::vector<Tensor>({Tensor::Of<int64_t>({5, 2}, {0, 1, 1, 0, 1, 2, 2, 0, 3, 1}),
                           Tensor::Vector<float>({1, -2, 3, 7, 4}),
                           Tensor::Vector<bool>({false, false, true, false}),
                           Tensor::Vector<int64_t>({0, 1, 2, 4})}));
  EXPECT_OUTPUTS_NEAR(
      Run("SparseFillEmptyRows",
          {Tensor::Of<int64_t>({0, 2}, {}), Tensor::Of<std::string>({0}, {}),
           Tensor::Vector<int64_t>({2, 3}), Tensor::Scalar<std::string>("x")}),
      std::vector<Tensor>({Tensor::Of<int64_t>({2, 2}, {0, 0, 1, 0}),
                           Tensor::Vector<std::string>({"x", "x"}),
                           Tensor::Vector<bool>({true, true}), Tensor::Of<int64_t>({0}, {})}));
  EXPECT_OUTPUTS_NEAR(
      Run("SparseFillEmptyRowsGrad",
          {Tensor::Vector<int64_t>({0, 1, 2, 4}), Tensor::Vector<float>({1, 2, 3, 4, 5})}),
      std::vector<Tensor>({Tensor::Vector<float>({1, 2, 3, 5}), Tensor::Scalar<float>(4)}));
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
  EXPECT_EQ(
      Code("SparseFillEmptyRows", {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                                   Tensor::Vector<float>({1, -2, 3, 4}),
                                   Tensor::Vector<int64_t>({4, 3}), Tensor::Vector<float>({7})}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code("SparseFillEmptyRows", {Tensor::Of<int64_t>({1, 2}, {4, 0}), Tensor::Vector<float>({1}),
                                   Tensor::Vector<int64_t>({4, 3}), Tensor::Scalar<float>(7)}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code("SparseFillEmptyRowsGrad", {Tensor::Vector<int64_t>({9}), Tensor::Vector<float>({1})}),
      absl::StatusCode::kInvalidArgument);
}

MR_GRADIENT_EXAMPLE({.op = "SparseFillEmptyRows",
                     .inputs = {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                                Tensor::Vector<double>({1, 2, 3, 4}),
                                Tensor::Vector<int64_t>({4, 3}), Tensor::Scalar<double>(7)},
                     .wrt = {1, 3},
                     .outputs = {1}});

}  // namespace
}  // namespace millrace
