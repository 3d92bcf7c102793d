#include <cmath>

#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterReciprocal(Registry& r);

namespace {

struct ReciprocalTest : OpTest {
  ReciprocalTest() : OpTest({RegisterReciprocal}) {}
};

TEST_F(ReciprocalTest, Values) {
  for (const char* op : {"Reciprocal", "Inv"}) {
    EXPECT_TENSOR_EQ(Run1(op, {Tensor::Vector<float>({2, -4})}),
                     Tensor::Vector<float>({0.5f, -0.25f}));
  }
  EXPECT_TENSOR_EQ(Run1("ReciprocalGrad", {Tensor::Scalar(2.0f), Tensor::Scalar(3.0f)}),
                   Tensor::Scalar(-12.0f));
}

MR_GRADIENT_EXAMPLE({.op = "Reciprocal", .inputs = {Tensor::Vector<double>({0.3, -1.5})}});
MR_GRADIENT_EXAMPLE({.op = "Inv", .inputs = {Tensor::Vector<double>({0.3, -1.5})}});
MR_GRADIENT_EXAMPLE({.op = "ReciprocalGrad",
                     .inputs = {Tensor::Vector<double>({0.3, -1.5}),
                                Tensor::Vector<double>({2, 1})}});
MR_GRADIENT_EXAMPLE({.op = "InvGrad",
                     .inputs = {Tensor::Vector<double>({0.3, -1.5}),
                                Tensor::Vector<double>({2, 1})}});

}  // namespace
}  // namespace millrace
