// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterColours(Registry& r);

namespace {

struct ColoursTest : OpTest {
  ColoursTest() : OpTest({RegisterColours}) {}
};

TEST_F(ColoursTest, Hsv) {
  EXPECT_TENSOR_NEAR(
      Run1("RGBToHSV", {Tensor::Of<float>({2, 3, 3}, {0, 0, 0, 1, 1, 1, 1, 0.5f, 0.25f, 0.2f, 0.9f,
                                                      0.4f, 0.3f, 0.1f, 0.8f, 0.5f, 0.5f, 0.2f})}),
      Tensor::Of<float>({2, 3, 3}, {0, 0, 0, 0, 0, 1, 0.05555556f, 0.75f, 1, 0.3809524f, 0.7777778f,
                                    0.9f, 0.71428573f, 0.875f, 0.8f, 0.16666669f, 0.6f, 0.5f}));
  EXPECT_TENSOR_NEAR(Run1("RGBToHSV", {Tensor::Vector<double>({0.2, 0.4, 0.9})}),
                     Tensor::Vector<double>({0.6190476190476191, 0.7777777777777777, 0.9}));
  EXPECT_TENSOR_NEAR(
      Run1("HSVToRGB", {Tensor::Of<float>({3, 3}, {0.1f, 0.5f, 1, 0.9f, 1, 0.25f, 0.5f, 0, 0.3f})}),
      Tensor::Of<float>({3, 3}, {1, 0.8f, 0.5f, 0.25f, 0, 0.1500001f, 0.3f, 0.3f, 0.3f}));
}

TEST_F(ColoursTest, Adjusts) {
  EXPECT_TENSOR_NEAR(
      Run1("AdjustHue", {Tensor::Of<float>({2, 3, 3}, {0, 0, 0, 1, 1, 1, 1, 0.5f, 0.25f, 0.2f, 0.9f,
                                                       0.4f, 0.3f, 0.1f, 0.8f, 0.5f, 0.5f, 0.2f}),
                         Tensor::Scalar<float>(0.3f)}),
      Tensor::Of<float>({2, 3, 3}, {0, 0, 0, 1, 1, 1, 0.25f, 1, 0.35000008f, 0.26000005f, 0.2f,
                                    0.9f, 0.8f, 0.16000004f, 0.1f, 0.2f, 0.5f, 0.44000006f}));
  EXPECT_TENSOR_NEAR(
      Run1("AdjustHue", {Tensor::Of<float>({2, 3, 3}, {0, 0, 0, 1, 1, 1, 1, 0.5f, 0.25f, 0.2f, 0.9f,
                                                       0.4f, 0.3f, 0.1f, 0.8f, 0.5f, 0.5f, 0.2f}),
                         Tensor::Scalar<float>(-0.7f)}),
      Tensor::Of<float>({2, 3, 3}, {0, 0, 0, 1, 1, 1, 0.25f, 1, 0.35000008f, 0.26000005f, 0.2f,
                                    0.9f, 0.8f, 0.16000004f, 0.1f, 0.2f, 0.5f, 0.44000006f}));
  EXPECT_TENSOR_NEAR(
      Run1("AdjustSaturation",
           {Tensor::Of<float>({2, 3, 3}, {0, 0, 0, 1, 1, 1, 1, 0.5f, 0.25f, 0.2f, 0.9f, 0.4f, 0.3f,
                                          0.1f, 0.8f, 0.5f, 0.5f, 0.2f}),
            Tensor::Scalar<float>(0.5f)}),
      Tensor::Of<float>({2, 3, 3}, {0, 0, 0, 1, 1, 1, 1, 0.75f, 0.625f, 0.54999995f, 0.9f, 0.65f,
                                    0.54999995f, 0.45000002f, 0.8f, 0.5f, 0.5f, 0.35f}));
  EXPECT_TENSOR_NEAR(
      Run1("AdjustSaturation",
           {Tensor::Of<float>({2, 3, 3}, {0, 0, 0, 1, 1, 1, 1, 0.5f, 0.25f, 0.2f, 0.9f, 0.4f, 0.3f,
                                          0.1f, 0.8f, 0.5f, 0.5f, 0.2f}),
            Tensor::Scalar<float>(3)}),
      Tensor::Of<float>({2, 3, 3}, {0, 0, 0, 1, 1, 1, 1, 0.33333337f, 0, 0, 0.9f, 0.25714293f,
                                    0.22857133f, 0, 0.8f, 0.5f, 0.49999997f, 0}));
  EXPECT_TENSOR_NEAR(
      Run1("AdjustContrastv2",
           {Tensor::Of<float>({2, 3, 3}, {0, 0, 0, 1, 1, 1, 1, 0.5f, 0.25f, 0.2f, 0.9f, 0.4f, 0.3f,
                                          0.1f, 0.8f, 0.5f, 0.5f, 0.2f}),
            Tensor::Scalar<float>(1.5f)}),
      Tensor::Of<float>({2, 3, 3},
                        {-0.25f, -0.25f, -0.22083333f, 1.25f, 1.25f, 1.2791666f, 1.25f, 0.5f,
                         0.15416667f, 0.049999982f, 1.0999999f, 0.37916666f, 0.20000002f,
                         -0.100000024f, 0.9791666f, 0.5f, 0.5f, 0.07916665f}));
}

TEST_F(ColoursTest, Refuses) {
  EXPECT_EQ(Code("RGBToHSV", {Tensor::Vector<float>({1, 2})}),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(
      Code("AdjustHue", {Tensor::Of<float>({2, 3, 3}, {0, 0, 0, 1, 1, 1, 1, 0.5f, 0.25f, 0.2f, 0.9f,
                                                       0.4f, 0.3f, 0.1f, 0.8f, 0.5f, 0.5f, 0.2f}),
                         Tensor::Vector<float>({0.3f})}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("AdjustHue", {Tensor::Vector<float>({1, 2, 3}), Tensor::Scalar<float>(0.3f)}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code("AdjustContrastv2", {Tensor::Vector<float>({1, 2, 3}), Tensor::Scalar<float>(0.3f)}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("AdjustSaturation",
                 {Tensor::Of<float>({2, 2, 4}, {1, 1.25f, 0.75f, 1.75f, -2, -1.25f, -2, 1.25f, 2,
                                                0.25f, -0.75f, -1.5f, -1.75f, 0.75f, -0.5f, -1}),
                  Tensor::Scalar<float>(0.3f)}),
            absl::StatusCode::kInvalidArgument);
}

// One pixel a channel that is largest, and of each way to be second.
MR_GRADIENT_EXAMPLE({.op = "RGBToHSV",
                     .inputs = {Tensor::Of<double>({2, 3, 3}, {0.9, 0.4, 0.2, 0.8, 0.3, 0.5, 0.3,
                                                               0.9, 0.1, 0.2, 0.7, 0.6, 0.1, 0.4,
                                                               0.95, 0.6, 0.2, 0.9})}});

}  // namespace
}  // namespace millrace
