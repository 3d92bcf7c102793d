#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterCumsum(Registry& r);

namespace {

struct CumsumTest : OpTest {
  CumsumTest() : OpTest({RegisterCumsum}) {}
};

TEST_F(CumsumTest, Values) {
  const Tensor x = Tensor::Of<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor last = Tensor::Scalar<int32_t>(-1);
  EXPECT_TENSOR_EQ(Run1("Cumsum", {x, last}), Tensor::Of<float>({2, 3}, {1, 3, 6, 4, 9, 15}));
  EXPECT_TENSOR_EQ(Run1("Cumsum", {x, last}, {{"exclusive", true}}),
                   Tensor::Of<float>({2, 3}, {0, 1, 3, 0, 4, 9}));
  EXPECT_TENSOR_EQ(Run1("Cumsum", {x, last}, {{"reverse", true}}),
                   Tensor::Of<float>({2, 3}, {6, 5, 3, 15, 11, 6}));
  EXPECT_TENSOR_EQ(Run1("Cumprod", {x, Tensor::Scalar<int32_t>(0)}),
                   Tensor::Of<float>({2, 3}, {1, 2, 3, 4, 10, 18}));
  EXPECT_EQ(Code("Cumsum", {x, Tensor::Scalar<int32_t>(2)}), absl::StatusCode::kInvalidArgument);
}

const Tensor& Example() {
  static const auto* x = new Tensor(Tensor::Of<double>({2, 3}, {1, 2, -3, 4, 5, 6}));
  return *x;
}
MR_GRADIENT_EXAMPLE({.op = "Cumsum",
                     .inputs = {Example(), Tensor::Scalar<int32_t>(1)},
                     .attrs = {{"exclusive", true}}});
MR_GRADIENT_EXAMPLE({.op = "Cumprod",
                     .inputs = {Example(), Tensor::Scalar<int32_t>(0)},
                     .attrs = {{"reverse", true}}});

}  // namespace
}  // namespace millrace
