#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterAssert(Registry& r);

namespace {

struct AssertTest : OpTest {
  AssertTest() : OpTest({RegisterAssert}) {}
};

TEST_F(AssertTest, EndsTheStepWithItsData) {
  const Tensor data = Tensor::Of<float>({2, 2}, {1, 2, 3, 4});
  EXPECT_TRUE(Run("Assert", {Tensor::Scalar(true), data}).ok());
  const absl::Status status =
      Run("Assert", {Tensor::Scalar(false), Tensor::Scalar("x is"), data}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "assertion failed: [x is] [[[1 2][3]...]]");
  EXPECT_EQ(Code("Assert", {Tensor::Vector<bool>({true}), data}),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
