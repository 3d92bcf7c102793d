// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterSparseMatMul(Registry& r);

namespace {

struct SparseMatMulTest : OpTest {
  SparseMatMulTest() : OpTest({RegisterSparseMatMul}) {}
};

TEST_F(SparseMatMulTest, Products) {
  EXPECT_TENSOR_NEAR(Run1("SparseTensorDenseMatMul",
                          {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                           Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3}),
                           Tensor::Of<float>({3, 2}, {1.75f, 0.75f, 1, -1.25f, -1.25f, 0.5f})},
                          {{"adjoint_a", false}, {"adjoint_b", false}}),
                     Tensor::Of<float>({4, 2}, {1, -1.25f, -7.25f, 0, 0, 0, 4, -5}));
  EXPECT_TENSOR_NEAR(Run1("SparseTensorDenseMatMul",
                          {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                           Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3}),
                           Tensor::Of<float>({2, 3}, {1.75f, 1, -1.25f, 0.75f, -1.25f, 0.5f})},
                          {{"adjoint_a", false}, {"adjoint_b", true}}),
                     Tensor::Of<float>({4, 2}, {1, -1.25f, -7.25f, 0, 0, 0, 4, -5}));
  EXPECT_TENSOR_NEAR(
      Run1("SparseTensorDenseMatMul",
           {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
            Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3}),
            Tensor::Of<float>({4, 2}, {-1.25f, 1.25f, -1.25f, -2, -1.25f, 1.75f, 0.5f, -1.25f})},
           {{"adjoint_a", true}, {"adjoint_b", false}}),
      Tensor::Of<float>({3, 2}, {2.5f, 4, 0.75f, -3.75f, -3.75f, -6}));
  EXPECT_TENSOR_NEAR(
      Run1("SparseTensorDenseMatMul",
           {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
            Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3}),
            Tensor::Of<float>({2, 4}, {-1.25f, -1.25f, -1.25f, 0.5f, 1.25f, -2, 1.75f, -1.25f})},
           {{"adjoint_a", true}, {"adjoint_b", true}}),
      Tensor::Of<float>({3, 2}, {2.5f, 4, 0.75f, -3.75f, -3.75f, -6}));
  EXPECT_TENSOR_EQ(Run1("SparseTensorDenseMatMul",
                        {Tensor::Of<int32_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                         Tensor::Vector<int32_t>({1, 2, 3, 4}), Tensor::Vector<int64_t>({4, 3}),
                         Tensor::Of<int32_t>({3, 2}, {1, 2, 3, 4, 5, 6})}),
                   Tensor::Of<int32_t>({4, 2}, {3, 4, 17, 22, 0, 0, 12, 16}));
}

TEST_F(SparseMatMulTest, Sums) {
  EXPECT_TENSOR_NEAR(Run1("SparseTensorDenseAdd",
                          {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                           Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3}),
                           Tensor::Of<float>({4, 3}, {-0.75f, -2, 0.25f, -0.75f, 2, 0.25f, -0.75f,
                                                      1.5f, -0.75f, -1, -1.25f, -0.5f})}),
                     Tensor::Of<float>({4, 3}, {-0.75f, -1, 0.25f, -2.75f, 2, 3.25f, -0.75f, 1.5f,
                                                -0.75f, -1, 2.75f, -0.5f}));
}

TEST_F(SparseMatMulTest, Refuses) {
  EXPECT_EQ(Code("SparseTensorDenseMatMul",
                 {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                  Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3}),
                  Tensor::Of<float>({2, 2}, {-0.75f, -0.75f, 1.25f, 1.25f})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("SparseTensorDenseMatMul",
                 {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                  Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 2}),
                  Tensor::Of<float>({2, 2}, {-0.75f, -0.75f, 1.25f, 1.25f})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code("SparseTensorDenseAdd",
           {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
            Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3}),
            Tensor::Of<float>({4, 2}, {-1.25f, 1.25f, -1.25f, -2, -1.25f, 1.75f, 0.5f, -1.25f})}),
      absl::StatusCode::kInvalidArgument);
}

MR_GRADIENT_EXAMPLE({.op = "SparseTensorDenseMatMul",
                     .inputs = {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                                Tensor::Vector<double>({1, -2, 3, 4}),
                                Tensor::Vector<int64_t>({4, 3}),
                                Tensor::Of<double>({3, 2}, {1.75, 0.75, 1, -1.25, -1.25, 0.5})},
                     .attrs = {{"adjoint_a", false}, {"adjoint_b", false}},
                     .wrt = {1, 3}});
MR_GRADIENT_EXAMPLE({.op = "SparseTensorDenseMatMul",
                     .inputs = {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                                Tensor::Vector<double>({1, -2, 3, 4}),
                                Tensor::Vector<int64_t>({4, 3}),
                                Tensor::Of<double>({2, 3}, {1.75, 1, -1.25, 0.75, -1.25, 0.5})},
                     .attrs = {{"adjoint_a", false}, {"adjoint_b", true}},
                     .wrt = {1, 3}});
MR_GRADIENT_EXAMPLE(
    {.op = "SparseTensorDenseMatMul",
     .inputs = {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                Tensor::Vector<double>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3}),
                Tensor::Of<double>({4, 2}, {-1.25, 1.25, -1.25, -2, -1.25, 1.75, 0.5, -1.25})},
     .attrs = {{"adjoint_a", true}, {"adjoint_b", false}},
     .wrt = {1, 3}});
MR_GRADIENT_EXAMPLE(
    {.op = "SparseTensorDenseMatMul",
     .inputs = {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                Tensor::Vector<double>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3}),
                Tensor::Of<double>({2, 4}, {-1.25, -1.25, -1.25, 0.5, 1.25, -2, 1.75, -1.25})},
     .attrs = {{"adjoint_a", true}, {"adjoint_b", true}},
     .wrt = {1, 3}});
MR_GRADIENT_EXAMPLE({.op = "SparseTensorDenseAdd",
                     .inputs = {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                                Tensor::Vector<double>({1, -2, 3, 4}),
                                Tensor::Vector<int64_t>({4, 3}),
                                Tensor::Of<double>({4, 3}, {-0.75, -2, 0.25, -0.75, 2, 0.25, -0.75,
                                                            1.5, -0.75, -1, -1.25, -0.5})},
                     .wrt = {1, 3}});

}  // namespace
}  // namespace millrace
