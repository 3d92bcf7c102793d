#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterPow(Registry& r);

namespace {

struct PowTest : OpTest {
  PowTest() : OpTest({RegisterPow}) {}
};

TEST_F(PowTest, Values) {
  EXPECT_TENSOR_NEAR(
      Run1("Pow", {Tensor::Vector<float>({2, 4, 0}), Tensor::Vector<float>({10, 0.5f, 0})}),
      Tensor::Vector<float>({1024, 2, 1}), 1e-6);
  EXPECT_TENSOR_EQ(Run1("Pow", {Tensor::Scalar<int32_t>(-3), Tensor::Vector<int32_t>({0, 3})}),
                   Tensor::Vector<int32_t>({1, -27}));
  EXPECT_EQ(Code("Pow", {Tensor::Scalar<int32_t>(2), Tensor::Scalar<int32_t>(-1)}),
            absl::StatusCode::kInvalidArgument);
}

MR_GRADIENT_EXAMPLE(
    {.op = "Pow", .inputs = {Tensor::Vector<double>({0.5, 2}), Tensor::Vector<double>({3, -1.5})}});
MR_GRADIENT_EXAMPLE({.op = "Pow",
                     .inputs = {Tensor::Vector<double>({0.5, 2}), Tensor::Scalar(2.0)}});

}  // namespace
}  // namespace millrace
