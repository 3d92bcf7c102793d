#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterMaximum(Registry& r);

namespace {

struct MaximumTest : OpTest {
  MaximumTest() : OpTest({RegisterMaximum}) {}
};

TEST_F(MaximumTest, Values) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TENSOR_EQ(Run1("Maximum", {Tensor::Vector<float>({1, 5, nan, 1}),
                                    Tensor::Vector<float>({2, 4, 1, nan})}),
                   Tensor::Vector<float>({2, 5, nan, nan}));
  EXPECT_TENSOR_EQ(Run1("Minimum", {Tensor::Vector<int32_t>({1, 5}), Tensor::Scalar<int32_t>(3)}),
                   Tensor::Vector<int32_t>({1, 3}));
}

MR_GRADIENT_EXAMPLE({.op = "Maximum",
                     .inputs = {Tensor::Vector<double>({0.3, -1.5}), Tensor::Scalar(0.1)}});
MR_GRADIENT_EXAMPLE({.op = "Minimum",
                     .inputs = {Tensor::Vector<double>({0.3, -1.5}), Tensor::Scalar(0.1)}});

}  // namespace
}  // namespace millrace
