// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterGamma(Registry& r);

namespace {

struct GammaTest : OpTest {
  GammaTest() : OpTest({RegisterGamma}) {}
};

TEST_F(GammaTest, Lgamma) {
  EXPECT_TENSOR_NEAR(
      Run1("Lgamma", {Tensor::Vector<float>({0.3f, 1, 2.5f, -0.5f, 7, 100})}),
      Tensor::Vector<float>({1.095798f, 0, 0.28468287f, 1.2655121f, 6.5792513f, 359.13422f}));
  EXPECT_TENSOR_NEAR(
      Run1("Lgamma", {Tensor::Vector<double>({0.3, 1, 2.5, -0.5, 7, 100})}),
      Tensor::Vector<double>({1.0957979948180756, 0, 0.2846828704729192, 1.2655121234846454,
                              6.579251212010101, 359.13420536957545}),
      1e-12);
  EXPECT_TENSOR_NEAR(Run1("Lgamma", {Tensor::Vector<half>({half(0.5f), half(3.0f)})}),
                     Tensor::Vector<half>({half(0.5722656f), half(0.6933594f)}), 2e-3);
}

TEST_F(GammaTest, Digamma) {
  EXPECT_TENSOR_NEAR(Run1("Digamma", {Tensor::Vector<float>({0.3f, 1, 2.5f, -0.5f, 7, 100})}),
                     Tensor::Vector<float>({-3.502524f, -0.5772159f, 0.7031568f, 0.036489964f,
                                            1.8727844f, 4.600162f}));
  EXPECT_TENSOR_NEAR(
      Run1("Digamma", {Tensor::Vector<double>({0.3, 1, 2.5, -0.5, 7, 100})}),
      Tensor::Vector<double>({-3.502524222200133, -0.5772156649015323, 0.7031566406452434,
                              0.03648997397857645, 1.8727843350984674, 4.600161852738088}),
      1e-12);
}

TEST_F(GammaTest, Igamma) {
  EXPECT_TENSOR_NEAR(Run1("Igamma", {Tensor::Vector<float>({0.5f, 1, 3, 10, 2}),
                                     Tensor::Vector<float>({0.2f, 1.5f, 2, 12, 0})}),
                     Tensor::Vector<float>({0.47291067f, 0.77686983f, 0.3233236f, 0.7576076f, 0}));
  EXPECT_TENSOR_NEAR(
      Run1("Igamma", {Tensor::Of<double>({2, 1}, {0.5, 3}), Tensor::Vector<double>({0.1, 2, 9})}),
      Tensor::Of<double>({2, 3}, {0.345279153981423, 0.9544997361036415, 0.9999779095030014,
                                  0.00015465307026467175, 0.32332358381693643, 0.9937678048936227}),
      1e-10);
}

TEST_F(GammaTest, Igammac) {
  EXPECT_TENSOR_NEAR(Run1("Igammac", {Tensor::Vector<float>({0.5f, 1, 3, 10, 2}),
                                      Tensor::Vector<float>({0.2f, 1.5f, 2, 12, 0})}),
                     Tensor::Vector<float>({0.52708936f, 0.22313017f, 0.6766764f, 0.24239245f, 1}));
  EXPECT_TENSOR_NEAR(
      Run1("Igammac", {Tensor::Of<double>({2, 1}, {0.5, 3}), Tensor::Vector<double>({0.1, 2, 9})}),
      Tensor::Of<double>({2, 3}, {0.6547208460185769, 0.04550026389635857, 2.2090496998585475e-05,
                                  0.9998453469297354, 0.6766764161830636, 0.006232195106377317}),
      1e-10);
}

TEST_F(GammaTest, IgammaGradA) {
  EXPECT_TENSOR_NEAR(
      Run1("IgammaGradA", {Tensor::Vector<float>({0.5f, 1, 3, 10, 2}),
                           Tensor::Vector<float>({0.2f, 1.5f, 2, 12, 0})}),
      Tensor::Vector<float>({-0.8201613f, -0.3192857f, -0.23184869f, -0.09717809f, 0}));
  EXPECT_TENSOR_NEAR(Run1("IgammaGradA", {Tensor::Of<double>({2, 1}, {0.5, 3}),
                                          Tensor::Vector<double>({0.1, 2, 9})}),
                     Tensor::Of<double>({2, 3}, {-0.8229360969795988, -0.13561933520399783,
                                                 -9.404952430040915e-05, -0.0005513415674074966,
                                                 -0.23184867204398962, -0.008695466419742523}),
                     1e-10);
}

TEST_F(GammaTest, Zeta) {
  EXPECT_TENSOR_NEAR(
      Run1("Zeta", {Tensor::Vector<float>({2, 3, 1.5f}), Tensor::Vector<float>({1, 2, 0.5f})}),
      Tensor::Vector<float>({1.644934f, 0.20205691f, 4.776538f}));
  EXPECT_TENSOR_NEAR(Run1("Zeta", {Tensor::Vector<double>({2, 4}), Tensor::Scalar<double>(3)}),
                     Tensor::Vector<double>({0.39493406684822646, 0.019823233711138193}), 1e-12);
}

TEST_F(GammaTest, Polygamma) {
  EXPECT_TENSOR_NEAR(
      Run1("Polygamma", {Tensor::Vector<float>({1, 2, 3}), Tensor::Vector<float>({0.5f, 1, 4})}),
      Tensor::Vector<float>({4.934802f, -2.404114f, 0.044865325f}));
  EXPECT_TENSOR_NEAR(
      Run1("Polygamma", {Tensor::Scalar<double>(1), Tensor::Vector<double>({0.5, 2})}),
      Tensor::Vector<double>({4.93480220054468, 0.6449340668482266}), 1e-12);
}

TEST_F(GammaTest, Refuses) {
  EXPECT_EQ(Code("Igamma", {Tensor::Vector<float>({1, 2}), Tensor::Vector<float>({1, 2, 3})}),
            absl::StatusCode::kInvalidArgument);
}

MR_GRADIENT_EXAMPLE({.op = "Lgamma", .inputs = {Tensor::Vector<double>({0.5, 2, 3.5})}});
MR_GRADIENT_EXAMPLE({.op = "Digamma", .inputs = {Tensor::Vector<double>({0.5, 2, 3.5})}});
MR_GRADIENT_EXAMPLE({.op = "Igamma",
                     .inputs = {Tensor::Vector<double>({0.5, 2}),
                                Tensor::Vector<double>({0.7, 1.5})},
                     .tolerance = 0.0001});
MR_GRADIENT_EXAMPLE({.op = "Igammac",
                     .inputs = {Tensor::Vector<double>({0.5, 2}),
                                Tensor::Of<double>({2, 1}, {0.7, 1.5})},
                     .tolerance = 0.0001});
MR_GRADIENT_EXAMPLE({.op = "Zeta",
                     .inputs = {Tensor::Vector<double>({2, 3}), Tensor::Vector<double>({1.5, 2})},
                     .wrt = {1}});
MR_GRADIENT_EXAMPLE({.op = "Polygamma",
                     .inputs = {Tensor::Vector<double>({1, 2}), Tensor::Vector<double>({1.5, 2})},
                     .wrt = {1}});

}  // namespace
}  // namespace millrace
