#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterL2Loss(Registry& r);

namespace {

struct L2LossTest : OpTest {
  L2LossTest() : OpTest({RegisterL2Loss}) {}
};

TEST_F(L2LossTest, Values) {
  EXPECT_TENSOR_EQ(Run1("L2Loss", {Tensor::Of<float>({2, 2}, {1, 2, 3, 4})}),
                   Tensor::Scalar(15.0f));
  EXPECT_TENSOR_EQ(Run1("L2Loss", {Tensor::Scalar(3.0)}), Tensor::Scalar(4.5));
}

MR_GRADIENT_EXAMPLE({.op = "L2Loss", .inputs = {Tensor::Of<double>({2, 2}, {1, 2, 3, 4})}});

}  // namespace
}  // namespace millrace
