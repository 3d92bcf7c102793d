#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterMul(Registry& r);

namespace {

struct MulTest : OpTest {
  MulTest() : OpTest({RegisterMul}) {}
};

TEST_F(MulTest, Multiplies) {
  EXPECT_TENSOR_EQ(Run1("Mul", {Tensor::Vector<int32_t>({2, -3}), Tensor::Scalar<int32_t>(4)}),
                   Tensor::Vector<int32_t>({8, -12}));
  using C = std::complex<float>;
  EXPECT_TENSOR_EQ(Run1("Mul", {Tensor::Scalar(C(1, 2)), Tensor::Scalar(C(3, -1))}),
                   Tensor::Scalar(C(5, 5)));
  EXPECT_TENSOR_EQ(Run1("SquaredDifference", {Tensor::Vector<float>({1, 5}), Tensor::Scalar(3.0f)}),
                   Tensor::Vector<float>({4, 4}));
}

TEST_F(MulTest, NoNanWhereTheSecondIsZero) {
  const float inf = std::numeric_limits<float>::infinity();
  EXPECT_TENSOR_EQ(
      Run1("MulNoNan", {Tensor::Vector<float>({inf, 2}), Tensor::Vector<float>({0, 3})}),
      Tensor::Vector<float>({0, 6}));
}

MR_GRADIENT_EXAMPLE({.op = "Mul",
                     .inputs = {Tensor::Of<double>({2, 2}, {1, 2, 3, 4}),
                                Tensor::Vector<double>({5, -6})}});
MR_GRADIENT_EXAMPLE({.op = "Mul",
                     .inputs = {Tensor::Vector<std::complex<double>>({{1, 2}, {-0.5, 1}}),
                                Tensor::Scalar(std::complex<double>(0.3, -2))}});
MR_GRADIENT_EXAMPLE({.op = "MulNoNan",
                     .inputs = {Tensor::Vector<double>({1, 2}), Tensor::Vector<double>({5, -6})}});
MR_GRADIENT_EXAMPLE({.op = "SquaredDifference",
                     .inputs = {Tensor::Vector<double>({1, 2}), Tensor::Scalar(5.0)}});

}  // namespace
}  // namespace millrace
