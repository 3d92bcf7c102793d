// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterSparseReduce(Registry& r);

namespace {

struct SparseReduceTest : OpTest {
  SparseReduceTest() : OpTest({RegisterSparseReduce}) {}
};

TEST_F(SparseReduceTest, Sums) {
  EXPECT_TENSOR_NEAR(Run1("SparseReduceSum",
                          {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                           Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3}),
                           Tensor::Vector<int32_t>({0})},
                          {{"keep_dims", false}}),
                     Tensor::Vector<float>({-2, 5, 3}));
  EXPECT_TENSOR_NEAR(Run1("SparseReduceSum",
                          {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                           Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3}),
                           Tensor::Vector<int32_t>({0})},
                          {{"keep_dims", true}}),
                     Tensor::Of<float>({1, 3}, {-2, 5, 3}));
  EXPECT_TENSOR_NEAR(Run1("SparseReduceSum",
                          {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                           Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3}),
                           Tensor::Vector<int32_t>({1})},
                          {{"keep_dims", false}}),
                     Tensor::Vector<float>({1, 1, 0, 4}));
  EXPECT_TENSOR_NEAR(Run1("SparseReduceSum",
                          {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                           Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3}),
                           Tensor::Vector<int32_t>({1})},
                          {{"keep_dims", true}}),
                     Tensor::Of<float>({4, 1}, {1, 1, 0, 4}));
  EXPECT_TENSOR_NEAR(Run1("SparseReduceSum",
                          {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                           Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3}),
                           Tensor::Vector<int32_t>({-1})},
                          {{"keep_dims", false}}),
                     Tensor::Vector<float>({1, 1, 0, 4}));
  EXPECT_TENSOR_NEAR(Run1("SparseReduceSum",
                          {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                           Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3}),
                           Tensor::Vector<int32_t>({-1})},
                          {{"keep_dims", true}}),
                     Tensor::Of<float>({4, 1}, {1, 1, 0, 4}));
  EXPECT_TENSOR_NEAR(Run1("SparseReduceSum",
                          {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                           Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3}),
                           Tensor::Vector<int32_t>({0, 1})},
                          {{"keep_dims", false}}),
                     Tensor::Scalar<float>(6));
  EXPECT_TENSOR_NEAR(Run1("SparseReduceSum",
                          {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                           Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3}),
                           Tensor::Vector<int32_t>({0, 1})},
                          {{"keep_dims", true}}),
                     Tensor::Of<float>({1, 1}, {6}));
  EXPECT_TENSOR_NEAR(Run1("SparseReduceSum",
                          {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                           Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3}),
                           Tensor::Of<int32_t>({0}, {})},
                          {{"keep_dims", false}}),
                     Tensor::Of<float>({4, 3}, {0, 1, 0, -2, 0, 3, 0, 0, 0, 0, 4, 0}));
  EXPECT_TENSOR_NEAR(Run1("SparseReduceSum",
                          {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                           Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3}),
                           Tensor::Of<int32_t>({0}, {})},
                          {{"keep_dims", true}}),
                     Tensor::Of<float>({4, 3}, {0, 1, 0, -2, 0, 3, 0, 0, 0, 0, 4, 0}));
  EXPECT_OUTPUTS_NEAR(
      Run("SparseReduceSumSparse", {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                                    Tensor::Vector<float>({1, -2, 3, 4}),
                                    Tensor::Vector<int64_t>({4, 3}), Tensor::Vector<int32_t>({1})}),
      std::vector<Tensor>({Tensor::Of<int64_t>({3, 1}, {0, 1, 3}), Tensor::Vector<float>({1, 1, 4}),
                           Tensor::Vector<int64_t>({4})}));
  EXPECT_OUTPUTS_NEAR(
      Run("SparseReduceSumSparse",
          {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
           Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3}),
           Tensor::Vector<int32_t>({0})},
          {{"keep_dims", true}}),
      std::vector<Tensor>({Tensor::Of<int64_t>({3, 2}, {0, 0, 0, 1, 0, 2}),
                           Tensor::Vector<float>({-2, 5, 3}), Tensor::Vector<int64_t>({1, 3})}));
}

TEST_F(SparseReduceTest, Extremes) {
  EXPECT_TENSOR_NEAR(
      Run1("SparseReduceMax", {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                               Tensor::Vector<float>({1, -2, 3, 4}),
                               Tensor::Vector<int64_t>({4, 3}), Tensor::Vector<int32_t>({1})}),
      Tensor::Vector<float>({1, 3, 0, 4}));
  EXPECT_OUTPUTS_NEAR(
      Run("SparseReduceMaxSparse", {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                                    Tensor::Vector<float>({1, -2, 3, 4}),
                                    Tensor::Vector<int64_t>({4, 3}), Tensor::Vector<int32_t>({1})}),
      std::vector<Tensor>({Tensor::Of<int64_t>({3, 1}, {0, 1, 3}), Tensor::Vector<float>({1, 3, 4}),
                           Tensor::Vector<int64_t>({4})}));
}

TEST_F(SparseReduceTest, Refuses) {
  EXPECT_EQ(
      Code("SparseReduceSum", {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                               Tensor::Vector<float>({1, -2, 3, 4}),
                               Tensor::Vector<int64_t>({4, 3}), Tensor::Vector<int32_t>({2})}),
      absl::StatusCode::kInvalidArgument);
}

MR_GRADIENT_EXAMPLE({.op = "SparseReduceSum",
                     .inputs = {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                                Tensor::Vector<double>({1, -2, 3, 4}),
                                Tensor::Vector<int64_t>({4, 3}), Tensor::Vector<int32_t>({1})},
                     .wrt = {1}});
MR_GRADIENT_EXAMPLE({.op = "SparseReduceSum",
                     .inputs = {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                                Tensor::Vector<double>({1, -2, 3, 4}),
                                Tensor::Vector<int64_t>({4, 3}), Tensor::Vector<int32_t>({0})},
                     .attrs = {{"keep_dims", true}},
                     .wrt = {1}});

}  // namespace
}  // namespace millrace
