#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterMaxPoolGrad(Registry& r);

namespace {

struct MaxPoolGradTest : OpTest {
  MaxPoolGradTest() : OpTest({RegisterMaxPoolGrad}) {}
};

using Ints = std::vector<int64_t>;

TEST_F(MaxPoolGradTest, GoesToTheFirstMaximum) {
  const AttrMap attrs = {
      {"ksize", Ints{1, 2, 2, 1}}, {"strides", Ints{1, 2, 2, 1}}, {"padding", "VALID"}};
  const Tensor x = Tensor::Of<float>({1, 2, 2, 1}, {1, 5, 5, 2}),
               y = Tensor::Of<float>({1, 1, 1, 1}, {5});
  EXPECT_TENSOR_EQ(Run1("MaxPoolGrad", {x, y, Tensor::Of<float>({1, 1, 1, 1}, {3})}, attrs),
                   Tensor::Of<float>({1, 2, 2, 1}, {0, 3, 0, 0}));
  EXPECT_TENSOR_EQ(
      Run1("MaxPoolGradGrad", {x, y, Tensor::Of<float>({1, 2, 2, 1}, {1, 2, 3, 4})}, attrs),
      Tensor::Of<float>({1, 1, 1, 1}, {2}));
  EXPECT_TENSOR_EQ(
      Run1("MaxPoolGradWithArgmax",
           {x, Tensor::Of<float>({1, 1, 1, 1}, {3}), Tensor::Of<int64_t>({1, 1, 1, 1}, {2})},
           attrs),
      Tensor::Of<float>({1, 2, 2, 1}, {0, 0, 3, 0}));
  EXPECT_EQ(Code("MaxPoolGradWithArgmax",
                 {x, Tensor::Of<float>({1, 1, 1, 1}, {3}), Tensor::Of<int64_t>({1, 1, 1, 1}, {9})},
                 attrs),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("MaxPoolGrad", {x, x, x}, attrs), absl::StatusCode::kInvalidArgument);
}

const Tensor& X() {
  static const auto* x = new Tensor(Tensor::Of<double>({1, 2, 2, 1}, {1, 2, 9, 4}));
  return *x;
}
const Tensor& Y() {
  static const auto* y = new Tensor(Tensor::Of<double>({1, 1, 1, 1}, {9}));
  return *y;
}
const Tensor& Size() {
  static const auto* size = new Tensor(Tensor::Vector<int32_t>({1, 2, 2, 1}));
  return *size;
}
MR_GRADIENT_EXAMPLE(
    {.op = "MaxPoolGrad",
     .inputs = {X(), Y(), Tensor::Of<double>({1, 1, 1, 1}, {3})},
     .attrs = {{"ksize", Ints{1, 2, 2, 1}}, {"strides", Ints{1, 1, 1, 1}}, {"padding", "VALID"}},
     .wrt = {2}});
MR_GRADIENT_EXAMPLE({.op = "MaxPoolGradV2",
                     .inputs = {X(), Y(), Tensor::Of<double>({1, 1, 1, 1}, {3}), Size(), Size()},
                     .attrs = {{"padding", "VALID"}},
                     .wrt = {2}});
MR_GRADIENT_EXAMPLE(
    {.op = "MaxPoolGradGrad",
     .inputs = {X(), Y(), X()},
     .attrs = {{"ksize", Ints{1, 2, 2, 1}}, {"strides", Ints{1, 1, 1, 1}}, {"padding", "VALID"}},
     .wrt = {2}});
MR_GRADIENT_EXAMPLE({.op = "MaxPoolGradGradV2",
                     .inputs = {X(), Y(), X(), Size(), Size()},
                     .attrs = {{"padding", "VALID"}},
                     .wrt = {2}});

}  // namespace
}  // namespace millrace
