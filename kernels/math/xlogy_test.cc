#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterXlogy(Registry& r);

namespace {

struct XlogyTest : OpTest {
  XlogyTest() : OpTest({RegisterXlogy}) {}
};

TEST_F(XlogyTest, ZeroWhereTheFirstIs) {
  const Tensor x = Tensor::Vector<float>({0, 2}), y = Tensor::Vector<float>({0, 3});
  EXPECT_TENSOR_NEAR(Run1("Xlogy", {x, y}), Tensor::Vector<float>({0, 2.1972246f}));
  EXPECT_TENSOR_NEAR(Run1("Xlog1py", {x, y}), Tensor::Vector<float>({0, 2.7725887f}));
  EXPECT_TENSOR_NEAR(Run1("Xdivy", {x, y}), Tensor::Vector<float>({0, 0.6666667f}));
}

MR_GRADIENT_EXAMPLE({.op = "Xlogy",
                     .inputs = {Tensor::Vector<double>({0.5, 2}), Tensor::Scalar(1.5)}});
MR_GRADIENT_EXAMPLE({.op = "Xlog1py",
                     .inputs = {Tensor::Vector<double>({0.5, 2}), Tensor::Scalar(1.5)}});
MR_GRADIENT_EXAMPLE({.op = "Xdivy",
                     .inputs = {Tensor::Vector<double>({0.5, 2}), Tensor::Scalar(1.5)}});

}  // namespace
}  // namespace millrace
