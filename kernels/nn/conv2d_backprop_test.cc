#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterConv2dBackprop(Registry& r);

namespace {

struct Conv2dBackpropTest : OpTest {
  Conv2dBackpropTest() : OpTest({RegisterConv2dBackprop}) {}
};

using Ints = std::vector<int64_t>;

TEST_F(Conv2dBackpropTest, OneByOne) {
  // With a 1x1 filter both gradients are products of small matrices.
  const AttrMap attrs = {{"strides", Ints{1, 1, 1, 1}}, {"padding", "VALID"}};
  const Tensor dy = Tensor::Of<float>({1, 1, 2, 1}, {1, 2});
  EXPECT_TENSOR_EQ(
      Run1("Conv2DBackpropInput",
           {Tensor::Vector<int32_t>({1, 1, 2, 2}), Tensor::Of<float>({1, 1, 2, 1}, {3, 4}), dy},
           attrs),
      Tensor::Of<float>({1, 1, 2, 2}, {3, 4, 6, 8}));
  EXPECT_TENSOR_EQ(Run1("Conv2DBackpropFilter",
                        {Tensor::Of<float>({1, 1, 2, 2}, {1, 2, 3, 4}),
                         Tensor::Vector<int32_t>({1, 1, 2, 1}), dy},
                        attrs),
                   Tensor::Of<float>({1, 1, 2, 1}, {7, 10}));
}

TEST_F(Conv2dBackpropTest, RefusesWhatDoesNotFit) {
  const AttrMap attrs = {{"strides", Ints{1, 1, 1, 1}}, {"padding", "VALID"}};
  const Tensor f = Tensor::Of<float>({1, 1, 2, 1}, {3, 4});
  EXPECT_EQ(
      Code("Conv2DBackpropInput",
           {Tensor::Vector<int32_t>({1, 1, 2, 2}), f, Tensor::Of<float>({1, 1, 1, 1}, {1})}, attrs),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("Conv2DBackpropInput",
                 {Tensor::Vector<int32_t>({1, -1, 2, 2}), f, Tensor::Of<float>({1, 1, 1, 1}, {1})},
                 attrs),
            absl::StatusCode::kInvalidArgument);
}

Tensor Doubles(const Shape& shape) {
  Tensor t = *Tensor::Create(DType::kDouble, shape);
  for (int64_t i = 0; i < t.num_elements(); ++i)
    t.mutable_data<double>()[i] = static_cast<double>((i * 7) % 5) - 2.0;
  return t;
}
MR_GRADIENT_EXAMPLE({.op = "Conv2DBackpropInput",
                     .inputs = {Tensor::Vector<int32_t>({1, 4, 3, 2}), Doubles(Shape({2, 2, 2, 3})),
                                Doubles(Shape({1, 2, 3, 3}))},
                     .attrs = {{"strides", Ints{1, 2, 1, 1}}, {"padding", "SAME"}}});
MR_GRADIENT_EXAMPLE({.op = "Conv2DBackpropFilter",
                     .inputs = {Doubles(Shape({1, 4, 3, 2})), Tensor::Vector<int32_t>({2, 2, 2, 3}),
                                Doubles(Shape({1, 2, 3, 3}))},
                     .attrs = {{"strides", Ints{1, 2, 1, 1}}, {"padding", "SAME"}}});

}  // namespace
}  // namespace millrace
