#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterLeakyRelu(Registry& r);

namespace {

struct LeakyReluTest : OpTest {
  LeakyReluTest() : OpTest({RegisterLeakyRelu}) {}
};

TEST_F(LeakyReluTest, Values) {
  const Tensor x = Tensor::Vector<float>({-1, 2});
  EXPECT_TENSOR_EQ(Run1("LeakyRelu", {x}, {{"alpha", 0.5f}}), Tensor::Vector<float>({-0.5f, 2}));
  EXPECT_TENSOR_EQ(Run1("LeakyReluGrad", {Tensor::Vector<float>({3, 3}), x}, {{"alpha", 0.5f}}),
                   Tensor::Vector<float>({1.5f, 3}));
}

MR_GRADIENT_EXAMPLE({.op = "LeakyRelu", .inputs = {Tensor::Vector<double>({-1, 0.5})}});
MR_GRADIENT_EXAMPLE({.op = "LeakyReluGrad",
                     .inputs = {Tensor::Vector<double>({2, -3}),
                                Tensor::Vector<double>({-1, 0.5})}});

}  // namespace
}  // namespace millrace
