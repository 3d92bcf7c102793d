// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterNthElement(Registry& r);

namespace {

struct NthElementTest : OpTest {
  NthElementTest() : OpTest({RegisterNthElement}) {}
};

TEST_F(NthElementTest, Values) {
  EXPECT_TENSOR_NEAR(Run1("NthElement", {Tensor::Of<float>({2, 4}, {5, 1, 4, 2, 0, -1, 7, 3}),
                                         Tensor::Scalar<int32_t>(0)}),
                     Tensor::Vector<float>({1, -1}));
  EXPECT_TENSOR_EQ(
      Run1("NthElement",
           {Tensor::Of<int64_t>({2, 4}, {5, 1, 4, 2, 0, -1, 7, 3}), Tensor::Scalar<int32_t>(0)},
           {{"reverse", true}}),
      Tensor::Vector<int64_t>({5, 7}));
  EXPECT_TENSOR_NEAR(Run1("NthElement", {Tensor::Of<float>({2, 4}, {5, 1, 4, 2, 0, -1, 7, 3}),
                                         Tensor::Scalar<int32_t>(2)}),
                     Tensor::Vector<float>({4, 3}));
  EXPECT_TENSOR_EQ(
      Run1("NthElement",
           {Tensor::Of<int64_t>({2, 4}, {5, 1, 4, 2, 0, -1, 7, 3}), Tensor::Scalar<int32_t>(2)},
           {{"reverse", true}}),
      Tensor::Vector<int64_t>({2, 0}));
}

TEST_F(NthElementTest, Refuses) {
  EXPECT_EQ(Code("NthElement", {Tensor::Of<float>({2, 4}, {5, 1, 4, 2, 0, -1, 7, 3}),
                                Tensor::Scalar<int32_t>(4)}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("NthElement", {Tensor::Of<float>({2, 4}, {5, 1, 4, 2, 0, -1, 7, 3}),
                                Tensor::Scalar<int32_t>(-1)}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("NthElement", {Tensor::Of<float>({2, 4}, {5, 1, 4, 2, 0, -1, 7, 3}),
                                Tensor::Vector<int32_t>({1})}),
            absl::StatusCode::kInvalidArgument);
}

MR_GRADIENT_EXAMPLE({.op = "NthElement",
                     .inputs = {Tensor::Of<double>({2, 4}, {5, 1, 4, 2, 0, -1, 7, 3}),
                                Tensor::Scalar<int32_t>(2)}});

}  // namespace
}  // namespace millrace
