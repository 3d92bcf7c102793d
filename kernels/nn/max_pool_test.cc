#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterMaxPool(Registry& r);

namespace {

struct MaxPoolTest : OpTest {
  MaxPoolTest() : OpTest({RegisterMaxPool}) {}
};

using Ints = std::vector<int64_t>;

TEST_F(MaxPoolTest, PoolsOverChannels) {
  const AttrMap attrs = {{"ksize", std::vector<int64_t>{1, 1, 1, 2}},
                         {"strides", std::vector<int64_t>{1, 1, 1, 2}},
                         {"padding", "VALID"}};
  EXPECT_TENSOR_EQ(
      Run1("MaxPool", {Tensor::Of<float>(Shape{1, 1, 2, 4}, {1, 5, 3, 2, -1, -2, 0, 7})}, attrs),
      Tensor::Of<float>(Shape{1, 1, 2, 2}, {5, 3, -1, 7}));
  EXPECT_EQ(Code("MaxPool", {Tensor::Of<float>(Shape{1, 1, 1, 3}, {1, 2, 3})}, attrs),
            absl::StatusCode::kUnimplemented);
}

TEST_F(MaxPoolTest, Values) {
  const AttrMap attrs = {
      {"ksize", Ints{1, 2, 2, 1}}, {"strides", Ints{1, 2, 2, 1}}, {"padding", "SAME"}};
  const Tensor x = Tensor::Of<float>({1, 3, 3, 1}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  EXPECT_TENSOR_EQ(Run1("MaxPool", {x}, attrs), Tensor::Of<float>({1, 2, 2, 1}, {5, 6, 8, 9}));
  EXPECT_TENSOR_EQ(
      Run1("MaxPoolV2",
           {x, Tensor::Vector<int32_t>({1, 2, 2, 1}), Tensor::Vector<int32_t>({1, 1, 1, 1})},
           {{"padding", "VALID"}}),
      Tensor::Of<float>({1, 2, 2, 1}, {5, 6, 8, 9}));
  auto both = Run("MaxPoolWithArgmax", {x}, attrs);
  ASSERT_TRUE(both.ok()) << both.status();
  EXPECT_TENSOR_EQ((*both)[1], Tensor::Of<int64_t>({1, 2, 2, 1}, {4, 5, 7, 8}));
  EXPECT_EQ(Code("MaxPool", {Tensor::Vector<float>({1})}, attrs),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(MaxPoolTest, ChannelsFirst) {
  const AttrMap attrs = {{"ksize", Ints{1, 1, 2, 2}},
                         {"strides", Ints{1, 1, 2, 2}},
                         {"padding", "VALID"},
                         {"data_format", "NCHW"}};
  const Tensor x = Tensor::Of<float>({1, 2, 2, 2}, {1, 2, 3, 4, 8, 7, 6, 5});
  EXPECT_TENSOR_EQ(Run1("MaxPool", {x}, attrs), Tensor::Of<float>({1, 2, 1, 1}, {4, 8}));
}

const Tensor& X() {
  static const auto* x = new Tensor(Tensor::Of<double>(
      {1, 3, 3, 2}, {1, 2, 9, 4, 5, 0, 7, 8, 3, 6, 10, 11, 14, 13, 12, 15, 17, 16}));
  return *x;
}
MR_GRADIENT_EXAMPLE(
    {.op = "MaxPool",
     .inputs = {X()},
     .attrs = {{"ksize", Ints{1, 2, 2, 1}}, {"strides", Ints{1, 1, 1, 1}}, {"padding", "SAME"}}});
MR_GRADIENT_EXAMPLE({.op = "MaxPoolV2",
                     .inputs = {X(), Tensor::Vector<int32_t>({1, 2, 2, 1}),
                                Tensor::Vector<int32_t>({1, 1, 1, 1})},
                     .attrs = {{"padding", "VALID"}}});
MR_GRADIENT_EXAMPLE(
    {.op = "MaxPoolWithArgmax",
     .inputs = {X()},
     .attrs = {{"ksize", Ints{1, 2, 2, 1}}, {"strides", Ints{1, 1, 1, 1}}, {"padding", "VALID"}}});

}  // namespace
}  // namespace millrace
