// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterCross(Registry& r);

namespace {

struct CrossTest : OpTest {
  CrossTest() : OpTest({RegisterCross}) {}
};

TEST_F(CrossTest, Values) {
  EXPECT_TENSOR_NEAR(Run1("Cross", {Tensor::Of<float>({2, 3}, {1, 2, 3, 0, 1, 0}),
                                    Tensor::Of<float>({2, 3}, {4, 5, 6, 1, 0, 0})}),
                     Tensor::Of<float>({2, 3}, {-3, 6, -3, 0, 0, -1}));
  EXPECT_TENSOR_EQ(
      Run1("Cross", {Tensor::Vector<int32_t>({1, 2, 3}), Tensor::Vector<int32_t>({3, 2, 1})}),
      Tensor::Vector<int32_t>({-4, 8, -4}));
  EXPECT_TENSOR_NEAR(Run1("Cross", {Tensor::Vector<half>({half(1.0f), half(2.0f), half(3.0f)}),
                                    Tensor::Vector<half>({half(4.0f), half(5.0f), half(7.0f)})}),
                     Tensor::Vector<half>({half(-1.0f), half(5.0f), half(-3.0f)}));
}

TEST_F(CrossTest, Refuses) {
  EXPECT_EQ(Code("Cross", {Tensor::Vector<float>({1, 2}), Tensor::Vector<float>({1, 2})}),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Code("Cross", {Tensor::Vector<float>({1, 2, 3}), Tensor::Of<float>({1, 3}, {1, 2, 3})}),
            absl::StatusCode::kInvalidArgument);
}

MR_GRADIENT_EXAMPLE({.op = "Cross",
                     .inputs = {Tensor::Of<double>({2, 3}, {1, 2, 3, 0, 1, 0}),
                                Tensor::Of<double>({2, 3}, {4, 5, 6, 1, 0, 2})}});

}  // namespace
}  // namespace millrace
