#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterRoots(Registry& r);

namespace {

struct RootsTest : OpTest {
  RootsTest() : OpTest({RegisterRoots}) {}
};

TEST_F(RootsTest, Values) {
  EXPECT_TENSOR_EQ(Run1("Square", {Tensor::Vector<int32_t>({3, -4})}),
                   Tensor::Vector<int32_t>({9, 16}));
  EXPECT_TENSOR_EQ(Run1("Sqrt", {Tensor::Vector<float>({9, 2.25f})}),
                   Tensor::Vector<float>({3, 1.5f}));
  EXPECT_TENSOR_EQ(Run1("Rsqrt", {Tensor::Vector<float>({4, 0.25f})}),
                   Tensor::Vector<float>({0.5f, 2}));
  EXPECT_TENSOR_EQ(Run1("SqrtGrad", {Tensor::Scalar(2.0f), Tensor::Scalar(3.0f)}),
                   Tensor::Scalar(0.75f));
  EXPECT_TENSOR_EQ(Run1("RsqrtGrad", {Tensor::Scalar(2.0f), Tensor::Scalar(3.0f)}),
                   Tensor::Scalar(-12.0f));
}

MR_GRADIENT_EXAMPLE({.op = "Square", .inputs = {Tensor::Vector<double>({0.3, -1.5})}});
MR_GRADIENT_EXAMPLE({.op = "Sqrt", .inputs = {Tensor::Vector<double>({0.3, 1.5})}});
MR_GRADIENT_EXAMPLE({.op = "Sqrt", .inputs = {Tensor::Vector<std::complex<double>>({{0.3, 1.5}})}});
MR_GRADIENT_EXAMPLE({.op = "Rsqrt", .inputs = {Tensor::Vector<double>({0.3, 1.5})}});
MR_GRADIENT_EXAMPLE({.op = "SqrtGrad",
                     .inputs = {Tensor::Vector<double>({0.3, 1.5}),
                                Tensor::Vector<double>({2, -1})}});
MR_GRADIENT_EXAMPLE({.op = "RsqrtGrad",
                     .inputs = {Tensor::Vector<double>({0.3, 1.5}),
                                Tensor::Vector<double>({2, -1})}});

}  // namespace
}  // namespace millrace
