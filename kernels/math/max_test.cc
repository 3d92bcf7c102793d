#include <cmath>

#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterMax(Registry& r);

namespace {

struct MaxTest : OpTest {
  MaxTest() : OpTest({RegisterMax}) {}
};

TEST_F(MaxTest, Reduces) {
  const Tensor x = Tensor::Of<float>({2, 3}, {1, 5, 3, -4, 2, 0});
  EXPECT_TENSOR_EQ(Run1("Max", {x, Tensor::Scalar<int32_t>(1)}), Tensor::Vector<float>({5, 2}));
  EXPECT_TENSOR_EQ(Run1("Min", {x, Tensor::Scalar<int32_t>(0)}), Tensor::Vector<float>({-4, 2, 0}));
  EXPECT_TENSOR_EQ(Run1("Prod", {x, Tensor::Scalar<int32_t>(1)}), Tensor::Vector<float>({15, 0}));
  EXPECT_TENSOR_EQ(Run1("Max", {Tensor::Of<uint8_t>({0}, {}), Tensor::Scalar<int32_t>(0)}),
                   Tensor::Scalar<uint8_t>(0));
}

TEST_F(MaxTest, NanWins) {
  const float nan = std::nanf("");
  std::vector<float> values(100, 1.0f);
  for (size_t at : {size_t{0}, size_t{40}, size_t{99}}) {
    values.assign(100, 1.0f);
    values[at] = nan;
    EXPECT_TENSOR_EQ(Run1("Max", {Tensor::Vector<float>(values), Tensor::Scalar<int32_t>(0)}),
                     Tensor::Scalar(nan));
    EXPECT_TENSOR_EQ(Run1("Min", {Tensor::Vector<float>(values), Tensor::Scalar<int32_t>(0)}),
                     Tensor::Scalar(nan));
  }
}

const Tensor& Example() {
  static const auto* x = new Tensor(Tensor::Of<double>({2, 3}, {1, 2, -3, 4, 5, 6}));
  return *x;
}
MR_GRADIENT_EXAMPLE({.op = "Max", .inputs = {Example(), Tensor::Scalar<int32_t>(1)}});
MR_GRADIENT_EXAMPLE({.op = "Min",
                     .inputs = {Example(), Tensor::Vector<int32_t>({0, 1})},
                     .attrs = {{"keep_dims", true}}});
MR_GRADIENT_EXAMPLE({.op = "Prod", .inputs = {Example(), Tensor::Scalar<int32_t>(1)}});
MR_GRADIENT_EXAMPLE({.op = "Prod",
                     .inputs = {Tensor::Of<double>({2, 2}, {0, 2, 0, 0}),
                                Tensor::Scalar<int32_t>(0)}});

}  // namespace
}  // namespace millrace
