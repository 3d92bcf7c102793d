// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterNonMaxSuppression(Registry& r);

namespace {

struct NonMaxSuppressionTest : OpTest {
  NonMaxSuppressionTest() : OpTest({RegisterNonMaxSuppression}) {}
};

TEST_F(NonMaxSuppressionTest, Values) {
  EXPECT_TENSOR_EQ(
      Run1("NonMaxSuppression",
           {Tensor::Of<float>({6, 4}, {0, 0,  1, 1,  0, 0.1f,  1, 1.1f,  0, -0.1f, 1, 0.9f,
                                       0, 10, 1, 11, 0, 10.1f, 1, 11.1f, 1, 101,   0, 100}),
            Tensor::Vector<float>({0.9f, 0.75f, 0.6f, 0.95f, 0.5f, 0.3f}),
            Tensor::Scalar<int32_t>(3)}),
      Tensor::Vector<int32_t>({3, 0, 5}));
  EXPECT_TENSOR_EQ(
      Run1("NonMaxSuppressionV2",
           {Tensor::Of<float>({6, 4}, {0, 0,  1, 1,  0, 0.1f,  1, 1.1f,  0, -0.1f, 1, 0.9f,
                                       0, 10, 1, 11, 0, 10.1f, 1, 11.1f, 1, 101,   0, 100}),
            Tensor::Vector<float>({0.9f, 0.75f, 0.6f, 0.95f, 0.5f, 0.3f}),
            Tensor::Scalar<int32_t>(10), Tensor::Scalar<float>(0.5f)}),
      Tensor::Vector<int32_t>({3, 0, 5}));
  EXPECT_TENSOR_EQ(
      Run1("NonMaxSuppressionV3",
           {Tensor::Of<float>({6, 4}, {0, 0,  1, 1,  0, 0.1f,  1, 1.1f,  0, -0.1f, 1, 0.9f,
                                       0, 10, 1, 11, 0, 10.1f, 1, 11.1f, 1, 101,   0, 100}),
            Tensor::Vector<float>({0.9f, 0.75f, 0.6f, 0.95f, 0.5f, 0.3f}),
            Tensor::Scalar<int32_t>(10), Tensor::Scalar<float>(0.5f), Tensor::Scalar<float>(0.4f)}),
      Tensor::Vector<int32_t>({3, 0}));
  EXPECT_TENSOR_EQ(
      Run1("NonMaxSuppressionV3",
           {Tensor::Of<float>({6, 4}, {0, 0,  1, 1,  0, 0.1f,  1, 1.1f,  0, -0.1f, 1, 0.9f,
                                       0, 10, 1, 11, 0, 10.1f, 1, 11.1f, 1, 101,   0, 100}),
            Tensor::Vector<float>({0.9f, 0.75f, 0.6f, 0.95f, 0.5f, 0.3f}),
            Tensor::Scalar<int32_t>(2), Tensor::Scalar<float>(0.99f), Tensor::Scalar<float>(0)}),
      Tensor::Vector<int32_t>({3, 0}));
}

TEST_F(NonMaxSuppressionTest, PadsAndCounts) {
  EXPECT_OUTPUTS_NEAR(
      Run("NonMaxSuppressionV4",
          {Tensor::Of<float>({6, 4}, {0, 0,  1, 1,  0, 0.1f,  1, 1.1f,  0, -0.1f, 1, 0.9f,
                                      0, 10, 1, 11, 0, 10.1f, 1, 11.1f, 1, 101,   0, 100}),
           Tensor::Vector<float>({0.9f, 0.75f, 0.6f, 0.95f, 0.5f, 0.3f}),
           Tensor::Scalar<int32_t>(5), Tensor::Scalar<float>(0.5f), Tensor::Scalar<float>(0)},
          {{"pad_to_max_output_size", true}}),
      std::vector<Tensor>({Tensor::Vector<int32_t>({3, 0, 5, 0, 0}), Tensor::Scalar<int32_t>(3)}));
  EXPECT_OUTPUTS_NEAR(
      Run("NonMaxSuppressionV4",
          {Tensor::Of<float>({6, 4}, {0, 0,  1, 1,  0, 0.1f,  1, 1.1f,  0, -0.1f, 1, 0.9f,
                                      0, 10, 1, 11, 0, 10.1f, 1, 11.1f, 1, 101,   0, 100}),
           Tensor::Vector<float>({0.9f, 0.75f, 0.6f, 0.95f, 0.5f, 0.3f}),
           Tensor::Scalar<int32_t>(5), Tensor::Scalar<float>(0.5f), Tensor::Scalar<float>(0)}),
      std::vector<Tensor>({Tensor::Vector<int32_t>({3, 0, 5}), Tensor::Scalar<int32_t>(3)}));
}

TEST_F(NonMaxSuppressionTest, LowersScores) {
  EXPECT_OUTPUTS_NEAR(
      Run("NonMaxSuppressionV5",
          {Tensor::Of<float>({6, 4}, {0, 0,  1, 1,  0, 0.1f,  1, 1.1f,  0, -0.1f, 1, 0.9f,
                                      0, 10, 1, 11, 0, 10.1f, 1, 11.1f, 1, 101,   0, 100}),
           Tensor::Vector<float>({0.9f, 0.75f, 0.6f, 0.95f, 0.5f, 0.3f}),
           Tensor::Scalar<int32_t>(6), Tensor::Scalar<float>(0.5f), Tensor::Scalar<float>(0),
           Tensor::Scalar<float>(0.5f)}),
      std::vector<Tensor>(
          {Tensor::Vector<int32_t>({3, 0, 1, 5, 4, 2}),
           Tensor::Vector<float>({0.95f, 0.9f, 0.38400355f, 0.3f, 0.2560026f, 0.19697244f}),
           Tensor::Scalar<int32_t>(6)}));
  EXPECT_OUTPUTS_NEAR(
      Run("NonMaxSuppressionV5",
          {Tensor::Of<float>({6, 4}, {0, 0,  1, 1,  0, 0.1f,  1, 1.1f,  0, -0.1f, 1, 0.9f,
                                      0, 10, 1, 11, 0, 10.1f, 1, 11.1f, 1, 101,   0, 100}),
           Tensor::Vector<float>({0.9f, 0.75f, 0.6f, 0.95f, 0.5f, 0.3f}),
           Tensor::Scalar<int32_t>(6), Tensor::Scalar<float>(0.5f), Tensor::Scalar<float>(0.2f),
           Tensor::Scalar<float>(0)},
          {{"pad_to_max_output_size", true}}),
      std::vector<Tensor>({Tensor::Vector<int32_t>({3, 0, 5, 0, 0, 0}),
                           Tensor::Vector<float>({0.95f, 0.9f, 0.3f, 0, 0, 0}),
                           Tensor::Scalar<int32_t>(3)}));
}

TEST_F(NonMaxSuppressionTest, Refuses) {
  EXPECT_EQ(Code("NonMaxSuppressionV2",
                 {Tensor::Of<float>({6, 4}, {0, 0,  1, 1,  0, 0.1f,  1, 1.1f,  0, -0.1f, 1, 0.9f,
                                             0, 10, 1, 11, 0, 10.1f, 1, 11.1f, 1, 101,   0, 100}),
                  Tensor::Vector<float>({0.9f, 0.75f, 0.6f, 0.95f, 0.5f, 0.3f}),
                  Tensor::Scalar<int32_t>(3), Tensor::Scalar<float>(1.5f)}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("NonMaxSuppression",
                 {Tensor::Of<float>({6, 4}, {0, 0,  1, 1,  0, 0.1f,  1, 1.1f,  0, -0.1f, 1, 0.9f,
                                             0, 10, 1, 11, 0, 10.1f, 1, 11.1f, 1, 101,   0, 100}),
                  Tensor::Vector<float>({1}), Tensor::Scalar<int32_t>(3)}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code("NonMaxSuppression", {Tensor::Of<float>({3, 3}, {-1.25f, 1.25f, -1.25f, -2, -1.25f,
                                                            1.75f, 0.5f, -1.25f, -0.25f}),
                                 Tensor::Vector<float>({1, 2, 3}), Tensor::Scalar<int32_t>(3)}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code("NonMaxSuppressionV3",
           {Tensor::Of<float>({6, 4}, {0, 0,  1, 1,  0, 0.1f,  1, 1.1f,  0, -0.1f, 1, 0.9f,
                                       0, 10, 1, 11, 0, 10.1f, 1, 11.1f, 1, 101,   0, 100}),
            Tensor::Vector<float>({0.9f, 0.75f, 0.6f, 0.95f, 0.5f, 0.3f}),
            Tensor::Vector<int32_t>({3}), Tensor::Scalar<float>(0.5f), Tensor::Scalar<float>(0)}),
      absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
