#include <cmath>

#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterHyperbolic(Registry& r);

namespace {

struct HyperbolicTest : OpTest {
  HyperbolicTest() : OpTest({RegisterHyperbolic}) {}
};

TEST_F(HyperbolicTest, AgreesWithTheCLibrary) {
  const std::pair<const char*, double (*)(double)> functions[] = {{"Sinh", std::sinh},
                                                                  {"Cosh", std::cosh},
                                                                  {"Asinh", std::asinh},
                                                                  {"Acosh", std::acosh},
                                                                  {"Atanh", std::atanh}};
  for (const auto& [op, f] : functions) {
    std::vector<float> xs, ys;
    for (int i = 0; i < 11; ++i) {
      xs.push_back(std::string(op) == "Acosh" ? 1.1f + 0.3f * i : -0.9f + 0.17f * i);
      ys.push_back(static_cast<float>(f(xs.back())));
    }
    EXPECT_TENSOR_NEAR(Run1(op, {Tensor::Vector<float>(xs)}), Tensor::Vector<float>(ys), 1e-6, 1e-7)
        << op;
  }
}

const Tensor& Example() {
  static const auto* x = new Tensor(Tensor::Vector<double>({-0.5, 0.1, 0.7}));
  return *x;
}
MR_GRADIENT_EXAMPLE({.op = "Sinh", .inputs = {Example()}});
MR_GRADIENT_EXAMPLE({.op = "Cosh", .inputs = {Example()}});
MR_GRADIENT_EXAMPLE({.op = "Asinh", .inputs = {Example()}});
MR_GRADIENT_EXAMPLE({.op = "Acosh", .inputs = {Tensor::Vector<double>({1.5, 2.5})}});
MR_GRADIENT_EXAMPLE({.op = "Atanh", .inputs = {Example()}});

}  // namespace
}  // namespace millrace
