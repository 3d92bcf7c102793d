// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterNextAfter(Registry& r);

namespace {

struct NextAfterTest : OpTest {
  NextAfterTest() : OpTest({RegisterNextAfter}) {}
};

TEST_F(NextAfterTest, Values) {
  EXPECT_TENSOR_EQ(
      Run1("NextAfter", {Tensor::Vector<float>({1, 1, 0}), Tensor::Vector<float>({2, 0, 0})}),
      Tensor::Vector<float>({1.0000001f, 0.99999994f, 0}));
  EXPECT_TENSOR_EQ(
      Run1("NextAfter", {Tensor::Of<double>({2, 1}, {1, 0}), Tensor::Vector<double>({2, -2})}),
      Tensor::Of<double>({2, 2}, {1.0000000000000002, 0.9999999999999999, 5e-324, -5e-324}));
}

MR_GRADIENT_EXAMPLE({.op = "NextAfter",
                     .inputs = {Tensor::Of<double>({2, 1}, {0.5, -3}),
                                Tensor::Vector<double>({1, 2, -4})}});

}  // namespace
}  // namespace millrace
