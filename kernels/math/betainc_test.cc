// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterBetainc(Registry& r);

namespace {

struct BetaincTest : OpTest {
  BetaincTest() : OpTest({RegisterBetainc}) {}
};

TEST_F(BetaincTest, Values) {
  EXPECT_TENSOR_NEAR(
      Run1("Betainc", {Tensor::Vector<float>({0.5f, 2, 3}), Tensor::Vector<float>({1, 2, 0.5f}),
                       Tensor::Vector<float>({0.2f, 0.5f, 0.9f})}),
      Tensor::Vector<float>({0.44721356f, 0.5f, 0.4454155f}));
  EXPECT_TENSOR_NEAR(Run1("Betainc", {Tensor::Scalar<double>(2), Tensor::Scalar<double>(3),
                                      Tensor::Vector<double>({0, 0.25, 1})}),
                     Tensor::Vector<double>({0, 0.26171875000000006, 1}), 1e-10);
}

TEST_F(BetaincTest, Refuses) {
  EXPECT_EQ(Code("Betainc", {Tensor::Vector<float>({1, 2}), Tensor::Vector<float>({1, 2, 3}),
                             Tensor::Scalar<float>(0.5f)}),
            absl::StatusCode::kInvalidArgument);
}

MR_GRADIENT_EXAMPLE({.op = "Betainc",
                     .inputs = {Tensor::Vector<double>({0.5, 2}), Tensor::Vector<double>({1.5, 2}),
                                Tensor::Vector<double>({0.3, 0.6})},
                     .wrt = {2}});
MR_GRADIENT_EXAMPLE({.op = "Betainc",
                     .inputs = {Tensor::Vector<double>({0.5, 2}), Tensor::Vector<double>({1.5, 2}),
                                Tensor::Scalar<double>(0.3)},
                     .wrt = {2}});

}  // namespace
}  // namespace millrace
