// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterSparseDenseCwise(Registry& r);

namespace {

struct SparseDenseCwiseTest : OpTest {
  SparseDenseCwiseTest() : OpTest({RegisterSparseDenseCwise}) {}
};

TEST_F(SparseDenseCwiseTest, Add) {
  EXPECT_TENSOR_NEAR(Run1("SparseDenseCwiseAdd",
                          {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                           Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3}),
                           Tensor::Of<float>({4, 3}, {2.25f, 1, 2.25f, 1, 2.25f, 2, 2.25f, 2.25f, 2,
                                                      2, 1.75f, 2.5f})}),
                     Tensor::Vector<float>({2, -1, 5, 5.75f}));
  EXPECT_TENSOR_NEAR(Run1("SparseDenseCwiseAdd",
                          {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                           Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3}),
                           Tensor::Vector<float>({1, 2, 3})}),
                     Tensor::Vector<float>({3, -1, 6, 6}));
}

TEST_F(SparseDenseCwiseTest, Refuses) {
  EXPECT_EQ(Code("SparseDenseCwiseAdd",
                 {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                  Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3}),
                  Tensor::Of<float>({2, 3}, {1.75f, 0.75f, 1, -1.25f, -1.25f, 0.5f})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("SparseDenseCwiseMul",
                 {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                  Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3}),
                  Tensor::Of<float>({2, 3}, {1.75f, 0.75f, 1, -1.25f, -1.25f, 0.5f})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("SparseDenseCwiseDiv",
                 {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                  Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3}),
                  Tensor::Of<float>({2, 3}, {1.75f, 0.75f, 1, -1.25f, -1.25f, 0.5f})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("SparseSoftmax", {Tensor::Of<int64_t>({1, 1}, {1}), Tensor::Vector<float>({1}),
                                   Tensor::Vector<int64_t>({3})}),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(SparseDenseCwiseTest, Mul) {
  EXPECT_TENSOR_NEAR(Run1("SparseDenseCwiseMul",
                          {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                           Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3}),
                           Tensor::Of<float>({4, 3}, {2.25f, 1, 2.25f, 1, 2.25f, 2, 2.25f, 2.25f, 2,
                                                      2, 1.75f, 2.5f})}),
                     Tensor::Vector<float>({1, -2, 6, 7}));
  EXPECT_TENSOR_NEAR(Run1("SparseDenseCwiseMul",
                          {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                           Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3}),
                           Tensor::Vector<float>({1, 2, 3})}),
                     Tensor::Vector<float>({2, -2, 9, 8}));
}

TEST_F(SparseDenseCwiseTest, Div) {
  EXPECT_TENSOR_NEAR(Run1("SparseDenseCwiseDiv",
                          {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                           Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3}),
                           Tensor::Of<float>({4, 3}, {2.25f, 1, 2.25f, 1, 2.25f, 2, 2.25f, 2.25f, 2,
                                                      2, 1.75f, 2.5f})}),
                     Tensor::Vector<float>({1, -2, 1.5f, 2.2857144f}));
  EXPECT_TENSOR_NEAR(Run1("SparseDenseCwiseDiv",
                          {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                           Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3}),
                           Tensor::Vector<float>({1, 2, 3})}),
                     Tensor::Vector<float>({0.5f, -2, 1, 2}));
}

TEST_F(SparseDenseCwiseTest, Softmax) {
  EXPECT_TENSOR_NEAR(Run1("SparseSoftmax",
                          {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                           Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3})}),
                     Tensor::Vector<float>({1, 0.006692851f, 0.9933072f, 1}));
  EXPECT_TENSOR_NEAR(Run1("SparseSoftmax",
                          {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                           Tensor::Vector<double>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3})}),
                     Tensor::Vector<double>({1, 0.006692850924284856, 0.9933071490757153, 1}));
}

MR_GRADIENT_EXAMPLE({.op = "SparseDenseCwiseAdd",
                     .inputs = {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                                Tensor::Vector<double>({1, -2, 3, 4}),
                                Tensor::Vector<int64_t>({4, 3}),
                                Tensor::Of<double>({4, 3}, {2.25, 1, 2.25, 1, 2.25, 2, 2.25, 2.25,
                                                            2, 2, 1.75, 2.5})},
                     .wrt = {1, 3}});
MR_GRADIENT_EXAMPLE({.op = "SparseDenseCwiseMul",
                     .inputs = {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                                Tensor::Vector<double>({1, -2, 3, 4}),
                                Tensor::Vector<int64_t>({4, 3}),
                                Tensor::Of<double>({4, 3}, {2.25, 1, 2.25, 1, 2.25, 2, 2.25, 2.25,
                                                            2, 2, 1.75, 2.5})},
                     .wrt = {1, 3}});
MR_GRADIENT_EXAMPLE({.op = "SparseDenseCwiseDiv",
                     .inputs = {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                                Tensor::Vector<double>({1, -2, 3, 4}),
                                Tensor::Vector<int64_t>({4, 3}),
                                Tensor::Of<double>({4, 3}, {2.25, 1, 2.25, 1, 2.25, 2, 2.25, 2.25,
                                                            2, 2, 1.75, 2.5})},
                     .wrt = {1, 3}});

MR_GRADIENT_EXAMPLE({.op = "SparseSoftmax",
                     .inputs = {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                                Tensor::Vector<double>({1, -2, 3, 4}),
                                Tensor::Vector<int64_t>({4, 3})},
                     .wrt = {1}});

}  // namespace
}  // namespace millrace
