#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterRounding(Registry& r);

namespace {

struct RoundingTest : OpTest {
  RoundingTest() : OpTest({RegisterRounding}) {}
};

TEST_F(RoundingTest, Values) {
  const Tensor x = Tensor::Vector<float>({-1.5f, -0.5f, 0.5f, 1.5f, 2.5f, 2.3f});
  EXPECT_TENSOR_EQ(Run1("Floor", {x}), Tensor::Vector<float>({-2, -1, 0, 1, 2, 2}));
  EXPECT_TENSOR_EQ(Run1("Ceil", {x}), Tensor::Vector<float>({-1, 0, 1, 2, 3, 3}));
  EXPECT_TENSOR_EQ(Run1("Round", {x}), Tensor::Vector<float>({-2, 0, 0, 2, 2, 2}));
  EXPECT_TENSOR_EQ(Run1("Rint", {x}), Tensor::Vector<float>({-2, 0, 0, 2, 2, 2}));
  EXPECT_TENSOR_EQ(Run1("Round", {Tensor::Scalar<int32_t>(7)}), Tensor::Scalar<int32_t>(0));
}

}  // namespace
}  // namespace millrace
