#include <cmath>

#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterComplex(Registry& r);

namespace {

struct ComplexTest : OpTest {
  ComplexTest() : OpTest({RegisterComplex}) {}
};

TEST_F(ComplexTest, Parts) {
  using C = std::complex<float>;
  const Tensor z = Tensor::Vector<C>({C(3, 4), C(-1, 0)});
  EXPECT_TENSOR_EQ(Run1("Real", {z}), Tensor::Vector<float>({3, -1}));
  EXPECT_TENSOR_EQ(Run1("Imag", {z}), Tensor::Vector<float>({4, 0}));
  EXPECT_TENSOR_EQ(Run1("ComplexAbs", {z}), Tensor::Vector<float>({5, 1}));
  EXPECT_TENSOR_NEAR(Run1("Angle", {z}), Tensor::Vector<float>({0.9272952f, 3.1415927f}));
  EXPECT_TENSOR_EQ(Run1("Conj", {z}), Tensor::Vector<C>({C(3, -4), C(-1, -0.0f)}));
  EXPECT_TENSOR_EQ(Run1("Complex", {Tensor::Vector<float>({3, -1}), Tensor::Scalar(2.0f)}),
                   Tensor::Vector<C>({C(3, 2), C(-1, 2)}));
  EXPECT_EQ(Code("Real", {z}, {{"Tout", DType::kDouble}}), absl::StatusCode::kInvalidArgument);
}

const Tensor& Example() {
  static const auto* z =
      new Tensor(Tensor::Vector<std::complex<double>>({{0.3, 1.5}, {-2.0, 0.4}}));
  return *z;
}
MR_GRADIENT_EXAMPLE({.op = "Real", .inputs = {Example()}, .attrs = {{"Tout", DType::kDouble}}});
MR_GRADIENT_EXAMPLE({.op = "Imag", .inputs = {Example()}, .attrs = {{"Tout", DType::kDouble}}});
MR_GRADIENT_EXAMPLE({.op = "Angle", .inputs = {Example()}, .attrs = {{"Tout", DType::kDouble}}});
MR_GRADIENT_EXAMPLE({.op = "ComplexAbs",
                     .inputs = {Example()},
                     .attrs = {{"Tout", DType::kDouble}}});
MR_GRADIENT_EXAMPLE({.op = "Conj", .inputs = {Example()}});
MR_GRADIENT_EXAMPLE({.op = "Complex",
                     .inputs = {Tensor::Vector<double>({1, 2}), Tensor::Scalar(3.0)},
                     .attrs = {{"Tout", DType::kComplex128}}});

}  // namespace
}  // namespace millrace
