#include <cmath>

#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterExpLog(Registry& r);

namespace {

struct ExpLogTest : OpTest {
  ExpLogTest() : OpTest({RegisterExpLog}) {}
};

TEST_F(ExpLogTest, AgreeWithTheCLibrary) {
  std::vector<float> xs;
  for (int i = 0; i < 37; ++i) xs.push_back(0.01f + 0.37f * static_cast<float>(i));
  const auto wanted = [&](double (*f)(double)) {
    std::vector<float> ys;
    for (float x : xs) ys.push_back(static_cast<float>(f(x)));
    return Tensor::Vector<float>(ys);
  };
  const Tensor x = Tensor::Vector<float>(xs);
  EXPECT_TENSOR_NEAR(Run1("Exp", {x}), wanted(std::exp), 1e-6, 0);
  EXPECT_TENSOR_NEAR(Run1("Expm1", {x}), wanted(std::expm1), 1e-6, 0);
  EXPECT_TENSOR_NEAR(Run1("Log", {x}), wanted(std::log), 1e-6, 1e-7);
  EXPECT_TENSOR_NEAR(Run1("Log1p", {x}), wanted(std::log1p), 1e-6, 0);
}

TEST_F(ExpLogTest, Edges) {
  const float inf = std::numeric_limits<float>::infinity();
  EXPECT_TENSOR_EQ(Run1("Exp", {Tensor::Vector<float>({-inf, 0, inf, std::nanf("")})}),
                   Tensor::Vector<float>({0, 1, inf, std::nanf("")}));
  EXPECT_TENSOR_EQ(Run1("Log", {Tensor::Vector<float>({0, 1, inf, -1})}),
                   Tensor::Vector<float>({-inf, 0, inf, std::nanf("")}));
  EXPECT_TENSOR_NEAR(Run1("Exp", {Tensor::Scalar(half(1.0f))}), Tensor::Scalar(half(2.71828f)),
                     1e-3);
}

// A value must not depend on where it stands in a tensor.
TEST_F(ExpLogTest, ScalarsAndVectorsAgree) {
  const Tensor x =
      Tensor::Vector<float>({0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f, 0.7f, 0.8f, 0.9f, 1.1f, 1.2f});
  const Tensor all = Run1("Log", {x});
  for (int64_t i = 0; i < x.num_elements(); ++i) {
    EXPECT_EQ(Run1("Log", {Tensor::Scalar(x.data<float>()[i])}).scalar<float>(),
              all.data<float>()[i]);
  }
}

const Tensor& Example() {
  static const auto* x = new Tensor(Tensor::Vector<double>({0.3, 1.5, 2.0}));
  return *x;
}
const Tensor& ComplexExample() {
  static const auto* x =
      new Tensor(Tensor::Vector<std::complex<double>>({{0.3, 1.5}, {2.0, -0.4}}));
  return *x;
}
MR_GRADIENT_EXAMPLE({.op = "Exp", .inputs = {Example()}});
MR_GRADIENT_EXAMPLE({.op = "Exp", .inputs = {ComplexExample()}});
MR_GRADIENT_EXAMPLE({.op = "Expm1", .inputs = {Example()}});
MR_GRADIENT_EXAMPLE({.op = "Log", .inputs = {Example()}});
MR_GRADIENT_EXAMPLE({.op = "Log", .inputs = {ComplexExample()}});
MR_GRADIENT_EXAMPLE({.op = "Log1p", .inputs = {Example()}});

}  // namespace
}  // namespace millrace
