#include <cmath>

#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterErf(Registry& r);

namespace {

struct ErfTest : OpTest {
  ErfTest() : OpTest({RegisterErf}) {}
};

TEST_F(ErfTest, AgreesWithTheCLibrary) {
  for (double x : {-3.0, -0.7, -1e-3, 0.0, 0.2, 1.3, 4.0}) {
    EXPECT_TENSOR_NEAR(Run1("Erf", {Tensor::Scalar(x)}), Tensor::Scalar(std::erf(x)), 1e-13, 1e-16);
    EXPECT_TENSOR_NEAR(Run1("Erfc", {Tensor::Scalar(x)}), Tensor::Scalar(std::erfc(x)), 1e-13);
  }
}

TEST_F(ErfTest, InverseComesBack) {
  for (double x : {-5.5, -3.0, -0.7, -1e-8, 0.2, 0.5, 1.3, 4.0}) {
    const double wanted =
        std::abs(x) > 3 ? 1e-3 : 1e-9;  // erf(x) itself has few digits left near 1
    EXPECT_TENSOR_NEAR(Run1("Erfinv", {Tensor::Scalar(std::erf(x))}), Tensor::Scalar(x),
                       std::abs(x) > 5 ? 0.1 : wanted)
        << x;
  }
  const double inf = std::numeric_limits<double>::infinity();
  EXPECT_TENSOR_EQ(Run1("Erfinv", {Tensor::Vector<double>({-1, 0, 1, 2})}),
                   Tensor::Vector<double>({-inf, 0, inf, std::nan("")}));
  EXPECT_TENSOR_NEAR(
      Run1("Ndtri", {Tensor::Vector<double>({1e-10, 0.025, 0.5, 0.975})}),
      Tensor::Vector<double>({-6.361340902404056, -1.959963984540054, 0, 1.959963984540054}),
      1e-12);
}

MR_GRADIENT_EXAMPLE({.op = "Erf", .inputs = {Tensor::Vector<double>({-0.7, 0.2})}});
MR_GRADIENT_EXAMPLE({.op = "Erfc", .inputs = {Tensor::Vector<double>({-0.7, 0.2})}});
MR_GRADIENT_EXAMPLE({.op = "Erfinv", .inputs = {Tensor::Vector<double>({-0.7, 0.2})}});
MR_GRADIENT_EXAMPLE({.op = "Ndtri", .inputs = {Tensor::Vector<double>({0.3, 0.8})}});

}  // namespace
}  // namespace millrace
