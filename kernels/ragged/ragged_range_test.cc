// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterRaggedRange(Registry& r);

namespace {

struct RaggedRangeTest : OpTest {
  RaggedRangeTest() : OpTest({RegisterRaggedRange}) {}
};

TEST_F(RaggedRangeTest, Values) {
  EXPECT_OUTPUTS_NEAR(
      Run("RaggedRange", {Tensor::Vector<int32_t>({0, 5, 8}), Tensor::Vector<int32_t>({3, 5, 2}),
                          Tensor::Vector<int32_t>({1, 1, -2})}),
      std::vector<Tensor>(
          {Tensor::Vector<int64_t>({0, 3, 3, 6}), Tensor::Vector<int32_t>({0, 1, 2, 8, 6, 4})}));
  EXPECT_OUTPUTS_NEAR(
      Run("RaggedRange", {Tensor::Scalar<float>(0), Tensor::Vector<float>({1, 0.3f}),
                          Tensor::Scalar<float>(0.25f)}),
      std::vector<Tensor>({Tensor::Vector<int64_t>({0, 4, 6}),
                           Tensor::Vector<float>({0, 0.25f, 0.5f, 0.75f, 0, 0.25f})}));
  EXPECT_OUTPUTS_NEAR(
      Run("RaggedRange",
          {Tensor::Scalar<int32_t>(2), Tensor::Scalar<int32_t>(5), Tensor::Scalar<int32_t>(1)},
          {{"Tsplits", DType::kInt32}}),
      std::vector<Tensor>({Tensor::Vector<int32_t>({0, 3}), Tensor::Vector<int32_t>({2, 3, 4})}));
}

TEST_F(RaggedRangeTest, Refuses) {
  EXPECT_EQ(Code("RaggedRange", {Tensor::Vector<int32_t>({0, 1}), Tensor::Vector<int32_t>({3}),
                                 Tensor::Vector<int32_t>({1})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("RaggedRange", {Tensor::Vector<int32_t>({0}), Tensor::Vector<int32_t>({3}),
                                 Tensor::Vector<int32_t>({0})}),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
