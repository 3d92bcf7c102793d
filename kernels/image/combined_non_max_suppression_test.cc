// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterCombinedNonMaxSuppression(Registry& r);

namespace {

struct CombinedNmsTest : OpTest {
  CombinedNmsTest() : OpTest({RegisterCombinedNonMaxSuppression}) {}

  // Two boxes that overlap, and one apart, which leaves the unit square; two classes.
  std::vector<OpInput> Inputs(int32_t per_class, int32_t total, float overlap = 0.5f) {
    return {
        Tensor::Of<float>({1, 3, 1, 4}, {0, 0, 0.5f, 0.5f, 0, 0, 0.5f, 0.45f, 0.6f, 0.6f, 1, 2}),
        Tensor::Of<float>({1, 3, 2}, {0.9f, 0.1f, 0.8f, 0.7f, 0.3f, 0.6f}),
        Tensor::Scalar<int32_t>(per_class),
        Tensor::Scalar<int32_t>(total),
        Tensor::Scalar<float>(overlap),
        Tensor::Scalar<float>(0.2f)};
  }
};

TEST_F(CombinedNmsTest, BestOfAllClasses) {
  EXPECT_OUTPUTS_NEAR(
      Run("CombinedNonMaxSuppression", Inputs(5, 5)),
      std::vector<Tensor>(
          {Tensor::Of<float>({1, 5, 4}, {0, 0, 0.5f, 0.5f, 0, 0, 0.5f, 0.45f, 0.6f, 0.6f,
                                         1, 1, 0.6f, 0.6f, 1, 1, 0,    0,     0,    0}),
           Tensor::Of<float>({1, 5}, {0.9f, 0.7f, 0.6f, 0.3f, 0}),
           Tensor::Of<float>({1, 5}, {0, 1, 1, 0, 0}), Tensor::Vector<int32_t>({4})}));
}

TEST_F(CombinedNmsTest, Limits) {
  const auto outputs = Run("CombinedNonMaxSuppression", Inputs(1, 5),
                           {{"pad_per_class", true}, {"clip_boxes", false}});
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  EXPECT_TENSOR_EQ((*outputs)[1], Tensor::Of<float>({1, 2}, {0.9f, 0.7f}));
  EXPECT_TENSOR_EQ((*outputs)[3], Tensor::Vector<int32_t>({2}));
}

TEST_F(CombinedNmsTest, Refuses) {
  const absl::StatusCode bad = absl::StatusCode::kInvalidArgument;
  EXPECT_EQ(Code("CombinedNonMaxSuppression", Inputs(0, 5)), bad);
  EXPECT_EQ(Code("CombinedNonMaxSuppression", Inputs(5, 0)), bad);
  EXPECT_EQ(Code("CombinedNonMaxSuppression", Inputs(5, 5, 1.5f)), bad);
  std::vector<OpInput> inputs = Inputs(5, 5);
  inputs[1] = Tensor::Of<float>({1, 2, 2}, {1, 2, 3, 4});
  EXPECT_EQ(Code("CombinedNonMaxSuppression", inputs), bad);
}

}  // namespace
}  // namespace millrace
