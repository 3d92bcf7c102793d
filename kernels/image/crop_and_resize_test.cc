// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterCropAndResize(Registry& r);

namespace {

struct CropAndResizeTest : OpTest {
  CropAndResizeTest() : OpTest({RegisterCropAndResize}) {}
};

TEST_F(CropAndResizeTest, Values) {
  EXPECT_TENSOR_NEAR(
      Run1("CropAndResize",
           {Tensor::Of<float>(
                {2, 3, 4, 2},
                {-1.25f, -1.75f, 1.5f,   0.75f, 0.75f,  -1.25f, 0.5f,   -1.75f, -1.25f, 0.25f,
                 -1,     0.5f,   0.5f,   1.25f, -1.75f, 2,      -0.75f, 1.75f,  1.25f,  -1.75f,
                 -1.5f,  -1,     -1.75f, 1,     1,      0.75f,  -2,     0.75f,  -1.75f, -0.5f,
                 0.25f,  -0.75f, -1.5f,  -0.5f, -1.75f, -2,     0.75f,  2,      0.5f,   -0.75f,
                 0.75f,  -0.75f, -1.75f, -1.5f, -1,     -1,     0.75f,  -0.5f}),
            Tensor::Of<float>({3, 4},
                              {0, 0, 1, 1, 0.25f, 0.1f, 0.75f, 0.9f, -0.5f, 0.2f, 1.2f, 0.6f}),
            Tensor::Vector<int32_t>({0, 1, 0}), Tensor::Vector<int32_t>({2, 3})},
           {{"method", "bilinear"}, {"extrapolation_value", -1.0f}}),
      Tensor::Of<float>(
          {3, 2, 3, 2},
          {-1.25f,   -1.75f,      1.125f,      -0.25f,      0.5f,     -1.75f,       -0.75f,
           1.75f,    -0.125f,     -1.375f,     -1.75f,      1,        -0.7375f,     -0.100000024f,
           -1.1875f, 0.0625f,     0.11249983f, -0.2999997f, -0.7875f, -0.96250004f, -0.9375f,
           -0.625f,  0.39999986f, -0.2874998f, -1,          -1,       -1,           -1,
           -1,       -1,          -1,          -1,          -1,       -1,           -1,
           -1}));
  EXPECT_TENSOR_NEAR(
      Run1("CropAndResize",
           {Tensor::Of<float>(
                {2, 3, 4, 2},
                {-1.25f, -1.75f, 1.5f,   0.75f, 0.75f,  -1.25f, 0.5f,   -1.75f, -1.25f, 0.25f,
                 -1,     0.5f,   0.5f,   1.25f, -1.75f, 2,      -0.75f, 1.75f,  1.25f,  -1.75f,
                 -1.5f,  -1,     -1.75f, 1,     1,      0.75f,  -2,     0.75f,  -1.75f, -0.5f,
                 0.25f,  -0.75f, -1.5f,  -0.5f, -1.75f, -2,     0.75f,  2,      0.5f,   -0.75f,
                 0.75f,  -0.75f, -1.75f, -1.5f, -1,     -1,     0.75f,  -0.5f}),
            Tensor::Of<float>({3, 4},
                              {0, 0, 1, 1, 0.25f, 0.1f, 0.75f, 0.9f, -0.5f, 0.2f, 1.2f, 0.6f}),
            Tensor::Vector<int32_t>({0, 1, 0}), Tensor::Vector<int32_t>({2, 3})},
           {{"method", "nearest"}, {"extrapolation_value", -1.0f}}),
      Tensor::Of<float>(
          {3, 2, 3, 2},
          {-1.25f, -1.75f, 0.75f, -1.25f, 0.5f, -1.75f, -0.75f, 1.75f,  -1.5f, -1, -1.75f, 1,
           -1.5f,  -0.5f,  0.75f, 2,      0.5f, -0.75f, 0.75f,  -0.75f, -1,    -1, 0.75f,  -0.5f,
           -1,     -1,     -1,    -1,     -1,   -1,     -1,     -1,     -1,    -1, -1,     -1}));
  EXPECT_TENSOR_NEAR(
      Run1("CropAndResize",
           {Tensor::Of<float>(
                {2, 3, 4, 2},
                {-1.25f, -1.75f, 1.5f,   0.75f, 0.75f,  -1.25f, 0.5f,   -1.75f, -1.25f, 0.25f,
                 -1,     0.5f,   0.5f,   1.25f, -1.75f, 2,      -0.75f, 1.75f,  1.25f,  -1.75f,
                 -1.5f,  -1,     -1.75f, 1,     1,      0.75f,  -2,     0.75f,  -1.75f, -0.5f,
                 0.25f,  -0.75f, -1.5f,  -0.5f, -1.75f, -2,     0.75f,  2,      0.5f,   -0.75f,
                 0.75f,  -0.75f, -1.75f, -1.5f, -1,     -1,     0.75f,  -0.5f}),
            Tensor::Of<float>({3, 4},
                              {0, 0, 1, 1, 0.25f, 0.1f, 0.75f, 0.9f, -0.5f, 0.2f, 1.2f, 0.6f}),
            Tensor::Vector<int32_t>({0, 1, 0}), Tensor::Vector<int32_t>({1, 1})}),
      Tensor::Of<float>({3, 1, 1, 2}, {-0.25f, 0.875f, -0.5f, 0, -0.08500004f, 0.56f}));
}

TEST_F(CropAndResizeTest, Gradients) {
  EXPECT_TENSOR_NEAR(
      Run1("CropAndResizeGradImage",
           {Tensor::Of<float>({3, 2, 3, 2},
                              {0.25f,  0.25f, -1,    0.25f,  0.5f,   -0.75f, 0.75f,  0.25f, -1.25f,
                               -1.25f, 0,     0.5f,  1.75f,  -0.75f, -1.25f, -0.25f, 1.75f, 1.5f,
                               -1.75f, 0.5f,  -1,    -1.5f,  -0.5f,  1.75f,  0.75f,  -0.5f, -0.25f,
                               0.25f,  0.5f,  0.25f, -0.25f, 1.25f,  -1.25f, -1.5f,  -2,    2}),
            Tensor::Of<float>({3, 4},
                              {0, 0, 1, 1, 0.25f, 0.1f, 0.75f, 0.9f, -0.5f, 0.2f, 1.2f, 0.6f}),
            Tensor::Vector<int32_t>({0, 1, 0}), Tensor::Vector<int32_t>({2, 3, 4, 2})},
           {{"method", "bilinear"}, {"T", DType::kFloat}}),
      Tensor::Of<float>({2, 3, 4, 2}, {0.25f,
                                       0.25f,
                                       -0.5f,
                                       0.125f,
                                       -0.5f,
                                       0.125f,
                                       0.5f,
                                       -0.75f,
                                       0,
                                       0,
                                       0,
                                       0,
                                       0,
                                       0,
                                       0,
                                       0,
                                       0.75f,
                                       0.25f,
                                       -0.625f,
                                       -0.625f,
                                       -0.625f,
                                       -0.625f,
                                       0,
                                       0.5f,
                                       0.6125f,
                                       -0.2625f,
                                       -0.049999982f,
                                       -0.17500001f,
                                       -0.049999833f,
                                       0.16250014f,
                                       0.61249983f,
                                       0.52499986f,
                                       0,
                                       -0.08749999f,
                                       -0.5625f,
                                       -0.47500002f,
                                       -0.37499988f,
                                       0.05000031f,
                                       0.43749988f,
                                       1.1374997f,
                                       -0.6125f,
                                       0.175f,
                                       -0.51250005f,
                                       -0.3f,
                                       -0.32500005f,
                                       -0.11249983f,
                                       -0.17499995f,
                                       0.61249983f}));
  EXPECT_TENSOR_NEAR(
      Run1("CropAndResizeGradImage",
           {Tensor::Of<float>({3, 2, 3, 2},
                              {0.25f,  0.25f, -1,    0.25f,  0.5f,   -0.75f, 0.75f,  0.25f, -1.25f,
                               -1.25f, 0,     0.5f,  1.75f,  -0.75f, -1.25f, -0.25f, 1.75f, 1.5f,
                               -1.75f, 0.5f,  -1,    -1.5f,  -0.5f,  1.75f,  0.75f,  -0.5f, -0.25f,
                               0.25f,  0.5f,  0.25f, -0.25f, 1.25f,  -1.25f, -1.5f,  -2,    2}),
            Tensor::Of<float>({3, 4},
                              {0, 0, 1, 1, 0.25f, 0.1f, 0.75f, 0.9f, -0.5f, 0.2f, 1.2f, 0.6f}),
            Tensor::Vector<int32_t>({0, 1, 0}), Tensor::Vector<int32_t>({2, 3, 4, 2})},
           {{"method", "nearest"}, {"T", DType::kFloat}}),
      Tensor::Of<float>({2, 3, 4, 2},
                        {0.25f,  0.25f,  0,     0,      -1, 0.25f, 0.5f,   -0.75f, 0,     0,
                         0,      0,      0,     0,      0,  0,     0.75f,  0.25f,  0,     0,
                         -1.25f, -1.25f, 0,     0.5f,   0,  0,     0,      0,      0,     0,
                         0,      0,      1.75f, -0.75f, 0,  0,     -1.25f, -0.25f, 1.75f, 1.5f,
                         -1.75f, 0.5f,   0,     0,      -1, -1.5f, -0.5f,  1.75f}));
  EXPECT_TENSOR_NEAR(
      Run1("CropAndResizeGradBoxes",
           {Tensor::Of<float>({3, 2, 3, 2},
                              {0.25f,  0.25f, -1,    0.25f,  0.5f,   -0.75f, 0.75f,  0.25f, -1.25f,
                               -1.25f, 0,     0.5f,  1.75f,  -0.75f, -1.25f, -0.25f, 1.75f, 1.5f,
                               -1.75f, 0.5f,  -1,    -1.5f,  -0.5f,  1.75f,  0.75f,  -0.5f, -0.25f,
                               0.25f,  0.5f,  0.25f, -0.25f, 1.25f,  -1.25f, -1.5f,  -2,    2}),
            Tensor::Of<float>(
                {2, 3, 4, 2},
                {-1.25f, -1.75f, 1.5f,   0.75f, 0.75f,  -1.25f, 0.5f,   -1.75f, -1.25f, 0.25f,
                 -1,     0.5f,   0.5f,   1.25f, -1.75f, 2,      -0.75f, 1.75f,  1.25f,  -1.75f,
                 -1.5f,  -1,     -1.75f, 1,     1,      0.75f,  -2,     0.75f,  -1.75f, -0.5f,
                 0.25f,  -0.75f, -1.5f,  -0.5f, -1.75f, -2,     0.75f,  2,      0.5f,   -0.75f,
                 0.75f,  -0.75f, -1.75f, -1.5f, -1,     -1,     0.75f,  -0.5f}),
            Tensor::Of<float>({3, 4},
                              {0, 0, 1, 1, 0.25f, 0.1f, 0.75f, 0.9f, -0.5f, 0.2f, 1.2f, 0.6f}),
            Tensor::Vector<int32_t>({0, 1, 0})}),
      Tensor::Of<float>({3, 4}, {0, 4.125f, 0, 4.125f, -1.1999965f, -11.90625f, -2.2250018f,
                                 -19.78125f, 0, 0, 0, 0}));
}

TEST_F(CropAndResizeTest, Refuses) {
  EXPECT_EQ(
      Code("CropAndResize",
           {Tensor::Of<float>(
                {2, 3, 4, 2},
                {-1.25f, -1.75f, 1.5f,   0.75f, 0.75f,  -1.25f, 0.5f,   -1.75f, -1.25f, 0.25f,
                 -1,     0.5f,   0.5f,   1.25f, -1.75f, 2,      -0.75f, 1.75f,  1.25f,  -1.75f,
                 -1.5f,  -1,     -1.75f, 1,     1,      0.75f,  -2,     0.75f,  -1.75f, -0.5f,
                 0.25f,  -0.75f, -1.5f,  -0.5f, -1.75f, -2,     0.75f,  2,      0.5f,   -0.75f,
                 0.75f,  -0.75f, -1.75f, -1.5f, -1,     -1,     0.75f,  -0.5f}),
            Tensor::Of<float>({3, 4},
                              {0, 0, 1, 1, 0.25f, 0.1f, 0.75f, 0.9f, -0.5f, 0.2f, 1.2f, 0.6f}),
            Tensor::Vector<int32_t>({0, 2, 0}), Tensor::Vector<int32_t>({2, 3})}),
      absl::StatusCode::kOutOfRange);
  EXPECT_EQ(
      Code("CropAndResize",
           {Tensor::Of<float>(
                {2, 3, 4, 2},
                {-1.25f, -1.75f, 1.5f,   0.75f, 0.75f,  -1.25f, 0.5f,   -1.75f, -1.25f, 0.25f,
                 -1,     0.5f,   0.5f,   1.25f, -1.75f, 2,      -0.75f, 1.75f,  1.25f,  -1.75f,
                 -1.5f,  -1,     -1.75f, 1,     1,      0.75f,  -2,     0.75f,  -1.75f, -0.5f,
                 0.25f,  -0.75f, -1.5f,  -0.5f, -1.75f, -2,     0.75f,  2,      0.5f,   -0.75f,
                 0.75f,  -0.75f, -1.75f, -1.5f, -1,     -1,     0.75f,  -0.5f}),
            Tensor::Of<float>({3, 4},
                              {0, 0, 1, 1, 0.25f, 0.1f, 0.75f, 0.9f, -0.5f, 0.2f, 1.2f, 0.6f}),
            Tensor::Vector<int32_t>({0, 1}), Tensor::Vector<int32_t>({2, 3})}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code("CropAndResize",
           {Tensor::Of<float>(
                {2, 3, 4, 2},
                {-1.25f, -1.75f, 1.5f,   0.75f, 0.75f,  -1.25f, 0.5f,   -1.75f, -1.25f, 0.25f,
                 -1,     0.5f,   0.5f,   1.25f, -1.75f, 2,      -0.75f, 1.75f,  1.25f,  -1.75f,
                 -1.5f,  -1,     -1.75f, 1,     1,      0.75f,  -2,     0.75f,  -1.75f, -0.5f,
                 0.25f,  -0.75f, -1.5f,  -0.5f, -1.75f, -2,     0.75f,  2,      0.5f,   -0.75f,
                 0.75f,  -0.75f, -1.75f, -1.5f, -1,     -1,     0.75f,  -0.5f}),
            Tensor::Of<float>({3, 4},
                              {0, 0, 1, 1, 0.25f, 0.1f, 0.75f, 0.9f, -0.5f, 0.2f, 1.2f, 0.6f}),
            Tensor::Vector<int32_t>({0, 1, 0}), Tensor::Vector<int32_t>({0, 3})}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code("CropAndResize",
           {Tensor::Of<float>({3, 4, 2}, {1.25f, 1.75f, 0.5f, 1.25f, 2,     -0.25f, 1.25f,  0.75f,
                                          -0.5f, 1.75f, 0.5f, -2,    -1.5f, -0.5f,  -2,     1,
                                          0,     0.25f, 1,    1,     -1.5f, -0.25f, -1.25f, -2}),
            Tensor::Of<float>({3, 4},
                              {0, 0, 1, 1, 0.25f, 0.1f, 0.75f, 0.9f, -0.5f, 0.2f, 1.2f, 0.6f}),
            Tensor::Vector<int32_t>({0, 1, 0}), Tensor::Vector<int32_t>({2, 3})}),
      absl::StatusCode::kInvalidArgument);
}

MR_GRADIENT_EXAMPLE(
    {.op = "CropAndResize",
     .inputs = {Tensor::Of<float>({2, 3, 4, 2},
                                  {-1.25f, -1.75f, 1.5f,   0.75f,  0.75f,  -1.25f, 0.5f,   -1.75f,
                                   -1.25f, 0.25f,  -1,     0.5f,   0.5f,   1.25f,  -1.75f, 2,
                                   -0.75f, 1.75f,  1.25f,  -1.75f, -1.5f,  -1,     -1.75f, 1,
                                   1,      0.75f,  -2,     0.75f,  -1.75f, -0.5f,  0.25f,  -0.75f,
                                   -1.5f,  -0.5f,  -1.75f, -2,     0.75f,  2,      0.5f,   -0.75f,
                                   0.75f,  -0.75f, -1.75f, -1.5f,  -1,     -1,     0.75f,  -0.5f}),
                Tensor::Of<float>({1, 4}, {0.11f, 0.13f, 0.83f, 0.87f}),
                Tensor::Vector<int32_t>({1}), Tensor::Vector<int32_t>({2, 2})},
     .wrt = {0}});

}  // namespace
}  // namespace millrace
