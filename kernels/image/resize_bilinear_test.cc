// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/image/resize_fixture.h"
#include "kernels/testing/gradient_example.h"

namespace millrace {

absl::Status RegisterResizeBilinear(Registry& r);

namespace {

struct ResizeBilinearTest : ResizeTest {
  ResizeBilinearTest() : ResizeTest({RegisterResizeBilinear}) {}
};

TEST_F(ResizeBilinearTest, Values) {
  EXPECT_TENSOR_NEAR(
      Run1("ResizeBilinear", {ResizeImages(), Tensor::Vector<int32_t>({5, 3})}),
      Tensor::Of<float>(
          {1, 5, 3, 2},
          {0.25f,        0.25f,        -0.49999994f, -0.08333337f,  0.6666667f,   -0.083333254f,
           -0.65000004f, -0.65000004f, 0.15000004f,  0.016666628f,  0.116666496f, -0.2833333f,
           -0.64999986f, -0.69999987f, 0.16666657f,  0.033333264f,  -0.33333355f, -0.19999985f,
           1.1500001f,   0.9500003f,   -1.0833336f,  -0.116666764f, -0.5833334f,  0.45000035f,
           1.75f,        1.5f,         -1.5f,        -0.16666675f,  -0.6666666f,  0.666667f}));
  EXPECT_TENSOR_NEAR(
      Run1("ResizeBilinear", {ResizeImages(), Tensor::Vector<int32_t>({5, 3})},
           {{"align_corners", true}}),
      Tensor::Of<float>(
          {1, 5, 3, 2},
          {0.25f,  0.25f,    -0.25f,  -0.25f, 0.75f,  0.25f,   -0.5f,   -0.5f,  0.3125f, -0.1875f,
           -0.25f, 0,        -1.25f,  -1.25f, 0.875f, -0.125f, -1.25f,  -0.25f, 0.25f,   0.125f,
           -0.25f, -0.3125f, -0.875f, 0.75f,  1.75f,  1.5f,    -1.375f, -0.5f,  -0.5f,   1.75f}));
  EXPECT_TENSOR_NEAR(
      Run1("ResizeBilinear", {ResizeImages(), Tensor::Vector<int32_t>({5, 3})},
           {{"half_pixel_centers", true}}),
      Tensor::Of<float>(
          {1, 5, 3, 2},
          {0.04166664f, 0.25f,        -0.25f,       -0.25f,       0.7083334f,   0.08333349f,
           -0.3916667f, -0.23333335f, 0.20000005f,  -0.19999999f, 0.12499976f,  -0.083333224f,
           -1.0416666f, -0.9583333f,  0.875f,       -0.125f,      -0.7500005f,  -0.33333325f,
           0.28333366f, 0.41666692f,  -0.47500038f, -0.35000005f, -0.6500001f,  0.5916673f,
           1.1666666f,  1.3333333f,   -1.375f,      -0.5f,        -0.58333325f, 1.208334f}));
}

TEST_F(ResizeBilinearTest, TakesOtherTypes) {
  EXPECT_TENSOR_NEAR(Run1("ResizeBilinear", {ResizeBytes(), Tensor::Vector<int32_t>({2, 5})}),
                     Tensor::Of<float>({1, 2, 5, 1}, {0, 16, 32, 48, 60, 120, 136, 152, 168, 180}));
  EXPECT_TENSOR_NEAR(Run1("ResizeBilinear", {ResizeDoubles(), Tensor::Vector<int32_t>({1, 1})}),
                     Tensor::Of<float>({1, 1, 1, 1}, {-0.75f}));
}

TEST_F(ResizeBilinearTest, Refuses) { ExpectRefusals("ResizeBilinear"); }

TEST_F(ResizeBilinearTest, Gradients) {
  EXPECT_TENSOR_NEAR(
      Run1("ResizeBilinearGrad", {ResizeGradients(), ResizeImages()}),
      Tensor::Of<float>(
          {1, 3, 4, 2},
          {0.7f,         1.1f,        0.36666667f, -1,           0.6833333f,   -0.88333344f,
           1.0000001f,   -0.7666667f, -1.5999999f, 1.3499998f,   0.09999986f,  1.5666664f,
           -0.11666671f, 0.8333334f,  -0.3333334f, 0.100000046f, -0.35000014f, 3.3000002f,
           -0.46666658f, 1.4333335f,  0.7666664f,  0.88333344f,  2.0000002f,   0.33333334f}));
  EXPECT_TENSOR_NEAR(
      Run1("ResizeBilinearGrad", {ResizeGradients(), ResizeImages()}, {{"align_corners", true}}),
      Tensor::Of<float>({1, 3, 4, 2},
                        {0.75f, 1,      0.1875f, -0.6875f, 0.1875f, -0.6875f, 1.5f,   -1,
                         -2.5f, 2.375f, 0.4375f, 1.5625f,  0.4375f, 1.5625f,  -0.25f, -0.125f,
                         0.5f,  2.375f, -0.625f, 0.625f,   -0.625f, 0.625f,   2.75f,  0.625f}));
  EXPECT_TENSOR_NEAR(
      Run1("ResizeBilinearGrad", {ResizeGradients(), ResizeImages()},
           {{"half_pixel_centers", true}}),
      Tensor::Of<float>(
          {1, 3, 4, 2},
          {0.6666667f,  0.75f,       0.23333341f,  -0.47500005f, 0.3499998f,   -0.76666653f,
           1.2500002f,  -0.7083334f, -1.9999998f,  1.9166664f,   0.074999854f, 1.7833332f,
           0.40833327f, 1.3499999f,  -0.33333358f, -0.25000006f, 0.29166645f,  2.125f,
           -0.5166666f, 1.1500003f,  -0.09166701f, 0.8333334f,   2.4166672f,   0.5416668f}));
}

MR_GRADIENT_EXAMPLE({.op = "ResizeBilinear",
                     .inputs = {ResizeSmall(), Tensor::Vector<int32_t>({4, 2})}});
MR_GRADIENT_EXAMPLE({.op = "ResizeBilinear",
                     .inputs = {ResizeSmall(), Tensor::Vector<int32_t>({3, 4})},
                     .attrs = {{"half_pixel_centers", true}}});
MR_GRADIENT_EXAMPLE({.op = "ResizeBilinear",
                     .inputs = {ResizeSmall(), Tensor::Vector<int32_t>({3, 4})},
                     .attrs = {{"align_corners", true}}});
}  // namespace
}  // namespace millrace
