#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterAllAny(Registry& r);

namespace {

struct AllAnyTest : OpTest {
  AllAnyTest() : OpTest({RegisterAllAny}) {}
};

TEST_F(AllAnyTest, Values) {
  const Tensor x = Tensor::Of<bool>({2, 2}, {true, false, true, true});
  EXPECT_TENSOR_EQ(Run1("All", {x, Tensor::Scalar<int32_t>(1)}),
                   Tensor::Vector<bool>({false, true}));
  EXPECT_TENSOR_EQ(Run1("Any", {x, Tensor::Vector<int32_t>({0, 1})}), Tensor::Scalar(true));
  EXPECT_TENSOR_EQ(Run1("All", {Tensor::Of<bool>({0}, {}), Tensor::Scalar<int32_t>(0)}),
                   Tensor::Scalar(true));
}

}  // namespace
}  // namespace millrace
