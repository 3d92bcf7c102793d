#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterBitwise(Registry& r);

namespace {

struct BitwiseTest : OpTest {
  BitwiseTest() : OpTest({RegisterBitwise}) {}
};

TEST_F(BitwiseTest, Values) {
  const Tensor x = Tensor::Vector<int32_t>({12, -1}), y = Tensor::Vector<int32_t>({10, 1});
  EXPECT_TENSOR_EQ(Run1("BitwiseAnd", {x, y}), Tensor::Vector<int32_t>({8, 1}));
  EXPECT_TENSOR_EQ(Run1("BitwiseOr", {x, y}), Tensor::Vector<int32_t>({14, -1}));
  EXPECT_TENSOR_EQ(Run1("BitwiseXor", {x, y}), Tensor::Vector<int32_t>({6, -2}));
  EXPECT_TENSOR_EQ(Run1("Invert", {x}), Tensor::Vector<int32_t>({-13, 0}));
  EXPECT_TENSOR_EQ(Run1("LeftShift", {x, Tensor::Scalar<int32_t>(1)}),
                   Tensor::Vector<int32_t>({24, -2}));
  EXPECT_TENSOR_EQ(Run1("RightShift", {x, Tensor::Vector<int32_t>({2, 99})}),
                   Tensor::Vector<int32_t>({3, -1}));
  EXPECT_TENSOR_EQ(Run1("PopulationCount", {Tensor::Vector<int8_t>({-1, 3})}),
                   Tensor::Vector<uint8_t>({8, 2}));
}

TEST_F(BitwiseTest, Logic) {
  const Tensor x = Tensor::Vector<bool>({true, false}), t = Tensor::Scalar(true);
  EXPECT_TENSOR_EQ(Run1("LogicalNot", {x}), Tensor::Vector<bool>({false, true}));
  EXPECT_TENSOR_EQ(Run1("LogicalAnd", {x, t}), x);
  EXPECT_TENSOR_EQ(Run1("LogicalOr", {x, t}), Tensor::Vector<bool>({true, true}));
}

}  // namespace
}  // namespace millrace
