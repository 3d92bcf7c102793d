#include <cmath>
#include <complex>

#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterTanhSigmoid(Registry& r);

namespace {

struct TanhSigmoidTest : OpTest {
  TanhSigmoidTest() : OpTest({RegisterTanhSigmoid}) {}
};

TEST_F(TanhSigmoidTest, Values) {
  EXPECT_TENSOR_NEAR(Run1("Tanh", {Tensor::Vector<float>({-20, -1, 0, 0.5f, 20})}),
                     Tensor::Vector<float>({-1, -0.7615942f, 0, 0.4621172f, 1}));
  EXPECT_TENSOR_NEAR(Run1("Sigmoid", {Tensor::Vector<float>({-200, -1, 0, 2, 200})}),
                     Tensor::Vector<float>({0, 0.2689414f, 0.5f, 0.8807971f, 1}));
  EXPECT_TENSOR_NEAR(Run1("Sigmoid", {Tensor::Vector<double>({-1})}),
                     Tensor::Vector<double>({1 / (1 + std::exp(1.0))}), 1e-14);
  EXPECT_TENSOR_EQ(Run1("TanhGrad", {Tensor::Scalar(0.5f), Tensor::Scalar(2.0f)}),
                   Tensor::Scalar(1.5f));
  EXPECT_TENSOR_EQ(Run1("SigmoidGrad", {Tensor::Scalar(0.5f), Tensor::Scalar(2.0f)}),
                   Tensor::Scalar(0.5f));
  // Complex values as they come: whoever calls conjugates.
  using C = std::complex<double>;
  const C y(0.5, 0.25), dy(2, -1);
  EXPECT_TENSOR_NEAR(Run1("TanhGrad", {Tensor::Scalar(y), Tensor::Scalar(dy)}),
                     Tensor::Scalar(dy * (1.0 - y * y)));
  EXPECT_TENSOR_NEAR(Run1("SigmoidGrad", {Tensor::Scalar(y), Tensor::Scalar(dy)}),
                     Tensor::Scalar(dy * y * (1.0 - y)));
}

const Tensor& Example() {
  static const auto* x = new Tensor(Tensor::Vector<double>({-0.5, 0.1, 0.7}));
  return *x;
}
const Tensor& Other() {
  static const auto* x = new Tensor(Tensor::Vector<double>({2, -1, 0.3}));
  return *x;
}
MR_GRADIENT_EXAMPLE({.op = "Tanh", .inputs = {Example()}});
MR_GRADIENT_EXAMPLE({.op = "Sigmoid", .inputs = {Example()}});
MR_GRADIENT_EXAMPLE({.op = "Tanh", .inputs = {Tensor::Scalar(std::complex<double>(0.3, -0.7))}});
MR_GRADIENT_EXAMPLE({.op = "TanhGrad", .inputs = {Example(), Other()}});
MR_GRADIENT_EXAMPLE({.op = "SigmoidGrad", .inputs = {Example(), Other()}});

}  // namespace
}  // namespace millrace
