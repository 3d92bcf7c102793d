#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterDepthwiseConv2d(Registry& r);

namespace {

struct DepthwiseConv2dTest : OpTest {
  DepthwiseConv2dTest() : OpTest({RegisterDepthwiseConv2d}) {}
};

using Ints = std::vector<int64_t>;

TEST_F(DepthwiseConv2dTest, EachChannelOnItsOwn) {
  const AttrMap attrs = {{"strides", Ints{1, 1, 1, 1}}, {"padding", "VALID"}};
  // Two channels, two filters of 2x1 each.
  const Tensor x = Tensor::Of<float>({1, 2, 2, 2}, {1, 10, 2, 20, 3, 30, 4, 40});
  const Tensor f = Tensor::Of<float>({2, 1, 2, 2}, {1, 0, 2, 1, 0, 1, 1, 3});
  EXPECT_TENSOR_EQ(Run1("DepthwiseConv2dNative", {x, f}, attrs),
                   Tensor::Of<float>({1, 1, 2, 4}, {1, 3, 50, 100, 2, 4, 80, 140}));
  const Tensor dy = Tensor::Of<float>({1, 1, 2, 4}, {1, 1, 1, 1, 2, 2, 2, 2});
  EXPECT_TENSOR_EQ(Run1("DepthwiseConv2dNativeBackpropInput",
                        {Tensor::Vector<int32_t>({1, 2, 2, 2}), f, dy}, attrs),
                   Tensor::Of<float>({1, 2, 2, 2}, {1, 3, 2, 6, 1, 4, 2, 8}));
  EXPECT_TENSOR_EQ(Run1("DepthwiseConv2dNativeBackpropFilter",
                        {x, Tensor::Vector<int32_t>({2, 1, 2, 2}), dy}, attrs),
                   Tensor::Of<float>({2, 1, 2, 2}, {5, 5, 50, 50, 11, 11, 110, 110}));
  EXPECT_EQ(Code("DepthwiseConv2dNative", {x, Tensor::Of<float>({1, 1, 1, 1}, {1})}, attrs),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("DepthwiseConv2dNativeBackpropFilter",
                 {x, Tensor::Vector<int32_t>({2, 1, 2, 2}), x}, attrs),
            absl::StatusCode::kInvalidArgument);
}

Tensor Doubles(const Shape& shape) {
  Tensor t = *Tensor::Create(DType::kDouble, shape);
  for (int64_t i = 0; i < t.num_elements(); ++i)
    t.mutable_data<double>()[i] = static_cast<double>((i * 7) % 5) - 2.0;
  return t;
}
MR_GRADIENT_EXAMPLE({.op = "DepthwiseConv2dNative",
                     .inputs = {Doubles(Shape({2, 3, 3, 2})), Doubles(Shape({2, 2, 2, 2}))},
                     .attrs = {{"strides", Ints{1, 2, 2, 1}}, {"padding", "SAME"}}});
MR_GRADIENT_EXAMPLE(
    {.op = "DepthwiseConv2dNative",
     .inputs = {Doubles(Shape({1, 2, 4, 4})), Doubles(Shape({2, 2, 2, 1}))},
     .attrs = {{"strides", Ints{1, 1, 1, 1}}, {"padding", "VALID"}, {"data_format", "NCHW"}}});
MR_GRADIENT_EXAMPLE({.op = "DepthwiseConv2dNativeBackpropInput",
                     .inputs = {Tensor::Vector<int32_t>({1, 3, 3, 2}), Doubles(Shape({2, 2, 2, 2})),
                                Doubles(Shape({1, 2, 2, 4}))},
                     .attrs = {{"strides", Ints{1, 1, 1, 1}}, {"padding", "VALID"}}});
MR_GRADIENT_EXAMPLE({.op = "DepthwiseConv2dNativeBackpropFilter",
                     .inputs = {Doubles(Shape({1, 3, 3, 2})), Tensor::Vector<int32_t>({2, 2, 2, 2}),
                                Doubles(Shape({1, 2, 2, 4}))},
                     .attrs = {{"strides", Ints{1, 1, 1, 1}}, {"padding", "VALID"}}});

}  // namespace
}  // namespace millrace
