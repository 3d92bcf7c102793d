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
      Run1(
          "CropAndResize",
          {Tensor::Of<float>(
               {2, 3, 4, 2},
               {-1.25f, -1.75f, 1.5f,   0.75f, 0.75f,  -1.25f, 0.5f,   -1.75f, -1.25f, 0.25f,
                -1,     0.5f,   0.5f,   1.25f, -1.75f, 2,      -0.75f, 1.75f,  1.25f,  -1.75f,
                -1.5f,  -1,     -1.75f, 1,     1,      0.75f,  -2,     0.75f,  -1.75f, -0.5f,
                0.25f,  -0.75f, -1.5f,  -0.5f, -1.75f, -2,     0.75f,  2,      0.5f,   -0.75f,
                0.75f,  -0.75f, -1.75f, -1.5f, -1,     -1,     0.75f,  -0.5f}),
           Tensor::Of<float>({3, 4}, {0, 0, 1, 1, 0.2f, 0.1f, 0.7f, 0.8f, -0.5f, 0.2f, 1.2f, 0.6f}),
           Tensor::Vector<int32_t>({0, 1, 0}), Tensor::Vector<int32_t>({2, 3})},
          {{"method", "bilinear"}, {"extrapolation_value", -1.0f}}),
      Tensor::Of<float>(
          {3, 2, 3, 2},
          {-1.25f,       -1.75f,       1.125f,      -0.25f,      0.5f,         -1.75f,
           -0.75f,       1.75f,        -0.125f,     -1.375f,     -1.75f,       1,
           -0.57000005f, 0.06999999f,  -1.4975001f, -0.0525001f, -0.31000012f, 1.1920929e-07f,
           -0.94500005f, -0.96000004f, -1.1200001f, -0.8900002f, 0.26999995f,  0.2200002f,
           -1,           -1,           -1,          -1,          -1,           -1,
           -1,           -1,           -1,          -1,          -1,           -1}));
  EXPECT_TENSOR_NEAR(
      Run1(
          "CropAndResize",
          {Tensor::Of<float>(
               {2, 3, 4, 2},
               {-1.25f, -1.75f, 1.5f,   0.75f, 0.75f,  -1.25f, 0.5f,   -1.75f, -1.25f, 0.25f,
                -1,     0.5f,   0.5f,   1.25f, -1.75f, 2,      -0.75f, 1.75f,  1.25f,  -1.75f,
                -1.5f,  -1,     -1.75f, 1,     1,      0.75f,  -2,     0.75f,  -1.75f, -0.5f,
                0.25f,  -0.75f, -1.5f,  -0.5f, -1.75f, -2,     0.75f,  2,      0.5f,   -0.75f,
                0.75f,  -0.75f, -1.75f, -1.5f, -1,     -1,     0.75f,  -0.5f}),
           Tensor::Of<float>({3, 4}, {0, 0, 1, 1, 0.2f, 0.1f, 0.7f, 0.8f, -0.5f, 0.2f, 1.2f, 0.6f}),
           Tensor::Vector<int32_t>({0, 1, 0}), Tensor::Vector<int32_t>({2, 3})},
          {{"method", "nearest"}, {"extrapolation_value", -1.0f}}),
      Tensor::Of<float>(
          {3, 2, 3, 2},
          {-1.25f, -1.75f, 0.75f, -1.25f, 0.5f,   -1.75f, -0.75f, 1.75f, -1.5f,  -1, -1.75f, 1,
           1,      0.75f,  -2,    0.75f,  -1.75f, -0.5f,  -1.5f,  -0.5f, -1.75f, -2, 0.75f,  2,
           -1,     -1,     -1,    -1,     -1,     -1,     -1,     -1,    -1,     -1, -1,     -1}));
  EXPECT_TENSOR_NEAR(
      Run1(
          "CropAndResize",
          {Tensor::Of<float>(
               {2, 3, 4, 2},
               {-1.25f, -1.75f, 1.5f,   0.75f, 0.75f,  -1.25f, 0.5f,   -1.75f, -1.25f, 0.25f,
                -1,     0.5f,   0.5f,   1.25f, -1.75f, 2,      -0.75f, 1.75f,  1.25f,  -1.75f,
                -1.5f,  -1,     -1.75f, 1,     1,      0.75f,  -2,     0.75f,  -1.75f, -0.5f,
                0.25f,  -0.75f, -1.5f,  -0.5f, -1.75f, -2,     0.75f,  2,      0.5f,   -0.75f,
                0.75f,  -0.75f, -1.75f, -1.5f, -1,     -1,     0.75f,  -0.5f}),
           Tensor::Of<float>({3, 4}, {0, 0, 1, 1, 0.2f, 0.1f, 0.7f, 0.8f, -0.5f, 0.2f, 1.2f, 0.6f}),
           Tensor::Vector<int32_t>({0, 1, 0}), Tensor::Vector<int32_t>({1, 1})}),
      Tensor::Of<float>({3, 1, 1, 2},
                        {-0.25f, 0.875f, -0.97874993f, -0.50874996f, -0.08500004f, 0.56f}));
}

TEST_F(CropAndResizeTest, Gradients) {
  EXPECT_TENSOR_NEAR(
      Run1(
          "CropAndResizeGradImage",
          {Tensor::Of<float>({3, 2, 3, 2},
                             {0.25f,  0.25f, -1,    0.25f,  0.5f,   -0.75f, 0.75f,  0.25f, -1.25f,
                              -1.25f, 0,     0.5f,  1.75f,  -0.75f, -1.25f, -0.25f, 1.75f, 1.5f,
                              -1.75f, 0.5f,  -1,    -1.5f,  -0.5f,  1.75f,  0.75f,  -0.5f, -0.25f,
                              0.25f,  0.5f,  0.25f, -0.25f, 1.25f,  -1.25f, -1.5f,  -2,    2}),
           Tensor::Of<float>({3, 4}, {0, 0, 1, 1, 0.2f, 0.1f, 0.7f, 0.8f, -0.5f, 0.2f, 1.2f, 0.6f}),
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
                                       0.735f,
                                       -0.315f,
                                       -0.17250004f,
                                       -0.23250002f,
                                       0.36750025f,
                                       0.48750016f,
                                       0.41999987f,
                                       0.3599999f,
                                       -0.24500003f,
                                       0,
                                       -0.8200002f,
                                       -0.6500001f,
                                       -0.14499985f,
                                       0.64000034f,
                                       0.15999992f,
                                       0.6599998f,
                                       -0.48999995f,
                                       0.13999999f,
                                       -0.47000003f,
                                       -0.33000004f,
                                       -0.26f,
                                       0.21000011f,
                                       -0.07999997f,
                                       0.27999988f}));
  EXPECT_TENSOR_NEAR(
      Run1(
          "CropAndResizeGradImage",
          {Tensor::Of<float>({3, 2, 3, 2},
                             {0.25f,  0.25f, -1,    0.25f,  0.5f,   -0.75f, 0.75f,  0.25f, -1.25f,
                              -1.25f, 0,     0.5f,  1.75f,  -0.75f, -1.25f, -0.25f, 1.75f, 1.5f,
                              -1.75f, 0.5f,  -1,    -1.5f,  -0.5f,  1.75f,  0.75f,  -0.5f, -0.25f,
                              0.25f,  0.5f,  0.25f, -0.25f, 1.25f,  -1.25f, -1.5f,  -2,    2}),
           Tensor::Of<float>({3, 4}, {0, 0, 1, 1, 0.2f, 0.1f, 0.7f, 0.8f, -0.5f, 0.2f, 1.2f, 0.6f}),
           Tensor::Vector<int32_t>({0, 1, 0}), Tensor::Vector<int32_t>({2, 3, 4, 2})},
          {{"method", "nearest"}, {"T", DType::kFloat}}),
      Tensor::Of<float>(
          {2, 3, 4, 2},
          {0.25f, 0.25f,  0,      0,      -1,    0.25f, 0.5f, -0.75f, 0,      0,      0,  0,
           0,     0,      0,      0,      0.75f, 0.25f, 0,    0,      -1.25f, -1.25f, 0,  0.5f,
           1.75f, -0.75f, -1.25f, -0.25f, 1.75f, 1.5f,  0,    0,      -1.75f, 0.5f,   -1, -1.5f,
           -0.5f, 1.75f,  0,      0,      0,     0,     0,    0,      0,      0,      0,  0}));
  EXPECT_TENSOR_NEAR(
      Run1(
          "CropAndResizeGradBoxes",
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
           Tensor::Of<float>({3, 4}, {0, 0, 1, 1, 0.2f, 0.1f, 0.7f, 0.8f, -0.5f, 0.2f, 1.2f, 0.6f}),
           Tensor::Vector<int32_t>({0, 1, 0})}),
      Tensor::Of<float>({3, 4}, {0, 4.125f, 0, 4.125f, 4.6500034f, -15.4125f, -7.1375027f,
                                 -19.3125f, 0, 0, 0, 0}));
}

TEST_F(CropAndResizeTest, Refuses) {
  EXPECT_EQ(
      Code(
          "CropAndResize",
          {Tensor::Of<float>(
               {2, 3, 4, 2},
               {-1.25f, -1.75f, 1.5f,   0.75f, 0.75f,  -1.25f, 0.5f,   -1.75f, -1.25f, 0.25f,
                -1,     0.5f,   0.5f,   1.25f, -1.75f, 2,      -0.75f, 1.75f,  1.25f,  -1.75f,
                -1.5f,  -1,     -1.75f, 1,     1,      0.75f,  -2,     0.75f,  -1.75f, -0.5f,
                0.25f,  -0.75f, -1.5f,  -0.5f, -1.75f, -2,     0.75f,  2,      0.5f,   -0.75f,
                0.75f,  -0.75f, -1.75f, -1.5f, -1,     -1,     0.75f,  -0.5f}),
           Tensor::Of<float>({3, 4}, {0, 0, 1, 1, 0.2f, 0.1f, 0.7f, 0.8f, -0.5f, 0.2f, 1.2f, 0.6f}),
           Tensor::Vector<int32_t>({0, 2, 0}), Tensor::Vector<int32_t>({2, 3})}),
      absl::StatusCode::kOutOfRange);
  EXPECT_EQ(
      Code(
          "CropAndResize",
          {Tensor::Of<float>(
               {2, 3, 4, 2},
               {-1.25f, -1.75f, 1.5f,   0.75f, 0.75f,  -1.25f, 0.5f,   -1.75f, -1.25f, 0.25f,
                -1,     0.5f,   0.5f,   1.25f, -1.75f, 2,      -0.75f, 1.75f,  1.25f,  -1.75f,
                -1.5f,  -1,     -1.75f, 1,     1,      0.75f,  -2,     0.75f,  -1.75f, -0.5f,
                0.25f,  -0.75f, -1.5f,  -0.5f, -1.75f, -2,     0.75f,  2,      0.5f,   -0.75f,
                0.75f,  -0.75f, -1.75f, -1.5f, -1,     -1,     0.75f,  -0.5f}),
           Tensor::Of<float>({3, 4}, {0, 0, 1, 1, 0.2f, 0.1f, 0.7f, 0.8f, -0.5f, 0.2f, 1.2f, 0.6f}),
           Tensor::Vector<int32_t>({0, 1}), Tensor::Vector<int32_t>({2, 3})}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code(
          "CropAndResize",
          {Tensor::Of<float>(
               {2, 3, 4, 2},
               {-1.25f, -1.75f, 1.5f,   0.75f, 0.75f,  -1.25f, 0.5f,   -1.75f, -1.25f, 0.25f,
                -1,     0.5f,   0.5f,   1.25f, -1.75f, 2,      -0.75f, 1.75f,  1.25f,  -1.75f,
                -1.5f,  -1,     -1.75f, 1,     1,      0.75f,  -2,     0.75f,  -1.75f, -0.5f,
                0.25f,  -0.75f, -1.5f,  -0.5f, -1.75f, -2,     0.75f,  2,      0.5f,   -0.75f,
                0.75f,  -0.75f, -1.75f, -1.5f, -1,     -1,     0.75f,  -0.5f}),
           Tensor::Of<float>({3, 4}, {0, 0, 1, 1, 0.2f, 0.1f, 0.7f, 0.8f, -0.5f, 0.2f, 1.2f, 0.6f}),
           Tensor::Vector<int32_t>({0, 1, 0}), Tensor::Vector<int32_t>({0, 3})}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code(
          "CropAndResize",
          {Tensor::Of<float>({3, 4, 2}, {1.25f, 1.75f, 0.5f, 1.25f, 2,     -0.25f, 1.25f,  0.75f,
                                         -0.5f, 1.75f, 0.5f, -2,    -1.5f, -0.5f,  -2,     1,
                                         0,     0.25f, 1,    1,     -1.5f, -0.25f, -1.25f, -2}),
           Tensor::Of<float>({3, 4}, {0, 0, 1, 1, 0.2f, 0.1f, 0.7f, 0.8f, -0.5f, 0.2f, 1.2f, 0.6f}),
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
