#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterElu(Registry& r);

namespace {

struct EluTest : OpTest {
  EluTest() : OpTest({RegisterElu}) {}
};

TEST_F(EluTest, Values) {
  const Tensor x = Tensor::Vector<float>({-1, 2});
  EXPECT_TENSOR_NEAR(Run1("Elu", {x}), Tensor::Vector<float>({-0.6321206f, 2}));
  EXPECT_TENSOR_NEAR(Run1("Selu", {x}), Tensor::Vector<float>({-1.1113307f, 2.101402f}));
  EXPECT_TENSOR_NEAR(Run1("Softplus", {Tensor::Vector<float>({-100, -1, 2, 100})}),
                     Tensor::Vector<float>({0, 0.3132617f, 2.126928f, 100}));
  EXPECT_TENSOR_NEAR(Run1("Softsign", {x}), Tensor::Vector<float>({-0.5f, 0.6666667f}));
}

const Tensor& X() {
  static const auto* x = new Tensor(Tensor::Vector<double>({-1, 0.5, -0.3}));
  return *x;
}
const Tensor& G() {
  static const auto* x = new Tensor(Tensor::Vector<double>({2, -3, 0.5}));
  return *x;
}
MR_GRADIENT_EXAMPLE({.op = "Elu", .inputs = {X()}});
MR_GRADIENT_EXAMPLE({.op = "EluGrad", .inputs = {G(), X()}});
MR_GRADIENT_EXAMPLE({.op = "Selu", .inputs = {X()}});
MR_GRADIENT_EXAMPLE({.op = "SeluGrad", .inputs = {G(), X()}});
MR_GRADIENT_EXAMPLE({.op = "Softplus", .inputs = {X()}});
MR_GRADIENT_EXAMPLE({.op = "SoftplusGrad", .inputs = {G(), X()}});
MR_GRADIENT_EXAMPLE({.op = "Softsign", .inputs = {X()}});
MR_GRADIENT_EXAMPLE({.op = "SoftsignGrad", .inputs = {G(), X()}});

}  // namespace
}  // namespace millrace
