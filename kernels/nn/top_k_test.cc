#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterTopK(Registry& r);

namespace {

struct TopKTest : OpTest {
  TopKTest() : OpTest({RegisterTopK}) {}
};

TEST_F(TopKTest, LargestFirstAndLowerIndexOnTies) {
  const Tensor x = Tensor::Of<float>({2, 4}, {1, 7, 7, 3, 5, 4, 6, 6});
  auto got = Run("TopKV2", {x, Tensor::Scalar<int32_t>(3)});
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_TENSOR_EQ((*got)[0], Tensor::Of<float>({2, 3}, {7, 7, 3, 6, 6, 5}));
  EXPECT_TENSOR_EQ((*got)[1], Tensor::Of<int32_t>({2, 3}, {1, 2, 3, 2, 3, 0}));
  EXPECT_EQ(Code("TopKV2", {x, Tensor::Scalar<int32_t>(5)}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("TopKV2", {x, Tensor::Scalar<int32_t>(-1)}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("TopKV2", {Tensor::Scalar(1.0f), Tensor::Scalar<int32_t>(0)}),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(TopKTest, InTopK) {
  const Tensor predictions =
      Tensor::Of<float>({3, 3}, {0.1f, 0.3f, 0.6f, 0.5f, 0.2f, 0.3f, 0.1f, 0.8f, 0.1f});
  const Tensor targets = Tensor::Vector<int32_t>({1, 1, 7});
  EXPECT_TENSOR_EQ(Run1("InTopK", {predictions, targets}, {{"k", 2}}),
                   Tensor::Vector<bool>({true, false, false}));
  EXPECT_TENSOR_EQ(Run1("InTopKV2", {predictions, targets, Tensor::Scalar<int32_t>(3)}),
                   Tensor::Vector<bool>({true, true, false}));
}

MR_GRADIENT_EXAMPLE({.op = "TopK",
                     .inputs = {Tensor::Of<double>({2, 3}, {1, 5, 3, 9, 7, 8})},
                     .attrs = {{"k", 2}}});
MR_GRADIENT_EXAMPLE({.op = "TopKV2",
                     .inputs = {Tensor::Of<double>({2, 3}, {1, 5, 3, 9, 7, 8}),
                                Tensor::Scalar<int32_t>(2)}});

}  // namespace
}  // namespace millrace
