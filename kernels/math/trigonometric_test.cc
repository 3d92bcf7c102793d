#include <cmath>

#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterTrigonometric(Registry& r);

namespace {

struct TrigonometricTest : OpTest {
  TrigonometricTest() : OpTest({RegisterTrigonometric}) {}
};

TEST_F(TrigonometricTest, AgreesWithTheCLibrary) {
  const std::vector<float> xs = {-0.9f, -0.5f, -0.1f, 0, 0.2f, 0.4f, 0.6f, 0.8f, 0.99f};
  const std::pair<const char*, double (*)(double)> functions[] = {
      {"Sin", std::sin},   {"Cos", std::cos},   {"Tan", std::tan},
      {"Asin", std::asin}, {"Acos", std::acos}, {"Atan", std::atan}};
  for (const auto& [op, f] : functions) {
    std::vector<float> ys;
    for (float x : xs) ys.push_back(static_cast<float>(f(x)));
    EXPECT_TENSOR_NEAR(Run1(op, {Tensor::Vector<float>(xs)}), Tensor::Vector<float>(ys), 1e-6, 1e-7)
        << op;
  }
}

const Tensor& Example() {
  static const auto* x = new Tensor(Tensor::Vector<double>({-0.5, 0.1, 0.7}));
  return *x;
}
MR_GRADIENT_EXAMPLE({.op = "Sin", .inputs = {Example()}});
MR_GRADIENT_EXAMPLE({.op = "Cos", .inputs = {Example()}});
MR_GRADIENT_EXAMPLE({.op = "Tan", .inputs = {Example()}});
MR_GRADIENT_EXAMPLE({.op = "Asin", .inputs = {Example()}});
MR_GRADIENT_EXAMPLE({.op = "Acos", .inputs = {Example()}});
MR_GRADIENT_EXAMPLE({.op = "Atan", .inputs = {Example()}});

}  // namespace
}  // namespace millrace
