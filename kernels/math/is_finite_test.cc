#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterIsFinite(Registry& r);

namespace {

struct IsFiniteTest : OpTest {
  IsFiniteTest() : OpTest({RegisterIsFinite}) {}
};

TEST_F(IsFiniteTest, Values) {
  const float inf = std::numeric_limits<float>::infinity(),
              nan = std::numeric_limits<float>::quiet_NaN();
  const Tensor x = Tensor::Vector<float>({1, inf, -inf, nan});
  EXPECT_TENSOR_EQ(Run1("IsNan", {x}), Tensor::Vector<bool>({false, false, false, true}));
  EXPECT_TENSOR_EQ(Run1("IsInf", {x}), Tensor::Vector<bool>({false, true, true, false}));
  EXPECT_TENSOR_EQ(Run1("IsFinite", {x}), Tensor::Vector<bool>({true, false, false, false}));
  EXPECT_TENSOR_EQ(Run1("IsInf", {Tensor::Scalar(std::numeric_limits<half>::infinity())}),
                   Tensor::Scalar(true));
}

}  // namespace
}  // namespace millrace
