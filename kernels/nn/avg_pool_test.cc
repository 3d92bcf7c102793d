#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterAvgPool(Registry& r);

namespace {

struct AvgPoolTest : OpTest {
  AvgPoolTest() : OpTest({RegisterAvgPool}) {}
};

using Ints = std::vector<int64_t>;

TEST_F(AvgPoolTest, PaddingDoesNotCount) {
  const AttrMap attrs = {
      {"ksize", Ints{1, 2, 2, 1}}, {"strides", Ints{1, 2, 2, 1}}, {"padding", "SAME"}};
  const Tensor x = Tensor::Of<float>({1, 3, 3, 1}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  EXPECT_TENSOR_EQ(Run1("AvgPool", {x}, attrs),
                   Tensor::Of<float>({1, 2, 2, 1}, {3, 4.5f, 7.5f, 9}));
  EXPECT_TENSOR_EQ(
      Run1("AvgPoolGrad",
           {Tensor::Vector<int32_t>({1, 3, 3, 1}), Tensor::Of<float>({1, 2, 2, 1}, {4, 2, 2, 1})},
           attrs),
      Tensor::Of<float>({1, 3, 3, 1}, {1, 1, 1, 1, 1, 1, 1, 1, 1}));
}

MR_GRADIENT_EXAMPLE(
    {.op = "AvgPool",
     .inputs = {Tensor::Of<double>({1, 2, 3, 1}, {1, 2, 9, 4, 5, 0})},
     .attrs = {{"ksize", Ints{1, 2, 2, 1}}, {"strides", Ints{1, 1, 1, 1}}, {"padding", "SAME"}}});
MR_GRADIENT_EXAMPLE(
    {.op = "AvgPoolGrad",
     .inputs = {Tensor::Vector<int32_t>({1, 2, 3, 1}), Tensor::Of<double>({1, 1, 2, 1}, {1, 2})},
     .attrs = {{"ksize", Ints{1, 2, 2, 1}}, {"strides", Ints{1, 1, 1, 1}}, {"padding", "VALID"}}});

}  // namespace
}  // namespace millrace
