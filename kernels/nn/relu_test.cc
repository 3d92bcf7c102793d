#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterRelu(Registry& r);

namespace {

struct ReluTest : OpTest {
  ReluTest() : OpTest({RegisterRelu}) {}
};

TEST_F(ReluTest, Values) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Tensor x = Tensor::Vector<float>({-1, 0, 3, 8, nan});
  EXPECT_TENSOR_EQ(Run1("Relu", {x}), Tensor::Vector<float>({0, 0, 3, 8, nan}));
  EXPECT_TENSOR_EQ(Run1("Relu6", {x}), Tensor::Vector<float>({0, 0, 3, 6, nan}));
  const Tensor ones = Tensor::Vector<float>({1, 1, 1, 1, 1});
  EXPECT_TENSOR_EQ(Run1("ReluGrad", {ones, x}), Tensor::Vector<float>({0, 0, 1, 1, 0}));
  EXPECT_TENSOR_EQ(Run1("Relu6Grad", {ones, x}), Tensor::Vector<float>({0, 0, 1, 0, 0}));
  for (const char* op : {"ReluGrad", "Relu6Grad"})  // no broadcasting
    EXPECT_EQ(Code(op, {Tensor::Vector<float>({1}), x}), absl::StatusCode::kInvalidArgument) << op;
}

const Tensor& X() {
  static const auto* x = new Tensor(Tensor::Vector<double>({-1, 0.5, 7}));
  return *x;
}
const Tensor& G() {
  static const auto* x = new Tensor(Tensor::Vector<double>({2, -3, 0.5}));
  return *x;
}
MR_GRADIENT_EXAMPLE({.op = "Relu", .inputs = {X()}});
MR_GRADIENT_EXAMPLE({.op = "Relu6", .inputs = {X()}});
MR_GRADIENT_EXAMPLE({.op = "ReluGrad", .inputs = {G(), X()}});
MR_GRADIENT_EXAMPLE({.op = "Relu6Grad", .inputs = {G(), X()}});

}  // namespace
}  // namespace millrace
