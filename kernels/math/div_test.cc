#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterDiv(Registry& r);

namespace {

struct DivTest : OpTest {
  DivTest() : OpTest({RegisterDiv}) {}
};

TEST_F(DivTest, Divides) {
  EXPECT_TENSOR_EQ(Run1("RealDiv", {Tensor::Vector<float>({1, -3}), Tensor::Scalar(4.0f)}),
                   Tensor::Vector<float>({0.25f, -0.75f}));
  EXPECT_TENSOR_EQ(Run1("Div", {Tensor::Vector<int32_t>({7, -7}), Tensor::Scalar<int32_t>(2)}),
                   Tensor::Vector<int32_t>({3, -3}));
  EXPECT_TENSOR_EQ(Run1("DivNoNan", {Tensor::Vector<float>({1, 1}), Tensor::Vector<float>({0, 2})}),
                   Tensor::Vector<float>({0, 0.5f}));
}

TEST_F(DivTest, IntegersHaveNoUndefinedCases) {
  EXPECT_EQ(Code("Div", {Tensor::Scalar<int32_t>(1), Tensor::Vector<int32_t>({1, 0})}),
            absl::StatusCode::kInvalidArgument);
  const int32_t least = std::numeric_limits<int32_t>::min();
  EXPECT_TENSOR_EQ(Run1("Div", {Tensor::Scalar(least), Tensor::Scalar<int32_t>(-1)}),
                   Tensor::Scalar(least));
}

MR_GRADIENT_EXAMPLE({.op = "Div", .inputs = {Tensor::Vector<double>({1, 2}), Tensor::Scalar(3.0)}});
MR_GRADIENT_EXAMPLE({.op = "RealDiv",
                     .inputs = {Tensor::Scalar(1.5), Tensor::Vector<double>({3, -4})}});
MR_GRADIENT_EXAMPLE({.op = "DivNoNan",
                     .inputs = {Tensor::Vector<double>({1, 2}), Tensor::Vector<double>({3, -4})}});

}  // namespace
}  // namespace millrace
