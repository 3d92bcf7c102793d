// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/image/resize_fixture.h"
#include "kernels/testing/gradient_example.h"

namespace millrace {

absl::Status RegisterResizeBicubic(Registry& r);

namespace {

struct ResizeBicubicTest : ResizeTest {
  ResizeBicubicTest() : ResizeTest({RegisterResizeBicubic}) {}
};

TEST_F(ResizeBicubicTest, Values) {
  EXPECT_TENSOR_NEAR(
      Run1("ResizeBicubic", {ResizeImages(), Tensor::Vector<int32_t>({5, 3})}),
      Tensor::Of<float>(
          {1, 5, 3, 2},
          {0.25f,       0.25f,       -0.68106407f, -0.11993638f, 0.75459576f,  -0.11993638f,
           -0.9912438f, -0.9642526f, 0.55955327f,  0.19567801f,  0.20881025f,  -0.45611662f,
           -0.8654901f, -0.9095384f, 0.5122687f,   0.18915972f,  -0.37368596f, -0.31813854f,
           1.1853583f,  0.9794067f,  -1.4028906f,  -0.2885943f,  -0.5672535f,  0.4157864f,
           2.0738943f,  1.7969031f,  -2.231612f,   -0.49524927f, -0.6594691f,  0.73512244f}));
  EXPECT_TENSOR_NEAR(
      Run1("ResizeBicubic", {ResizeImages(), Tensor::Vector<int32_t>({5, 3})},
           {{"align_corners", true}}),
      Tensor::Of<float>(
          {1, 5, 3, 2},
          {0.25f,     0.25f,       -0.390625f,   -0.34375f,     0.75f,       0.25f,
           -0.78125f, -0.7578125f, 0.7248535f,   -0.092285156f, -0.3203125f, -0.1875f,
           -1.25f,    -1.25f,      1.2734375f,   -0.0078125f,   -1.25f,      -0.25f,
           0.109375f, -0.015625f,  -0.08227539f, -0.42163086f,  -1.0625f,    0.703125f,
           1.75f,     1.5f,        -1.75f,       -0.8984375f,   -0.5f,       1.75f}));
  EXPECT_TENSOR_NEAR(
      Run1("ResizeBicubic", {ResizeImages(), Tensor::Vector<int32_t>({5, 3})},
           {{"half_pixel_centers", true}}),
      Tensor::Of<float>(
          {1, 5, 3, 2},
          {0.18291587f,  0.3589844f,   -0.4558582f, -0.33256143f, 0.8607997f,   0.1586237f,
           -0.44736785f, -0.30435708f, 0.3015582f,  -0.18698744f, 0.15147229f,  -0.10681166f,
           -1.1266371f,  -1.0366708f,  1.140625f,   -0.046875f,   -0.8886059f,  -0.32075357f,
           0.42078662f,  0.49118763f,  -0.587164f,  -0.50129163f, -0.7410643f,  0.7480162f,
           1.5290415f,   1.5925243f,   -1.8338753f, -0.81990904f, -0.52313185f, 1.4840856f}));
}

TEST_F(ResizeBicubicTest, TakesOtherTypes) {
  EXPECT_TENSOR_NEAR(
      Run1("ResizeBicubic", {ResizeBytes(), Tensor::Vector<int32_t>({2, 5})}),
      Tensor::Of<float>({1, 2, 5, 1}, {0, 14.555195f, 31.513905f, 49.927963f, 61.920937f, 127.5f,
                                       142.0552f, 159.0139f, 177.42796f, 189.42093f}));
  EXPECT_TENSOR_NEAR(Run1("ResizeBicubic", {ResizeDoubles(), Tensor::Vector<int32_t>({1, 1})}),
                     Tensor::Of<float>({1, 1, 1, 1}, {-0.75f}));
}

TEST_F(ResizeBicubicTest, Refuses) { ExpectRefusals("ResizeBicubic"); }

TEST_F(ResizeBicubicTest, Gradients) {
  EXPECT_TENSOR_NEAR(
      Run1("ResizeBicubicGrad", {ResizeGradients(), ResizeImages()}),
      Tensor::Of<float>(
          {1, 3, 4, 2},
          {0.87502295f,  1.0670241f, 0.25294635f, -1.2998062f,  0.7347406f,  -1.0298744f,
           1.0457891f,   -0.643866f, -1.9463388f, 1.0138978f,   0.26925516f, 2.1046205f,
           -0.20554453f, 1.038852f,  -0.5882421f, -0.04054026f, -0.1786842f, 3.3357453f,
           -0.7440983f,  1.612869f,  0.95054936f, 0.91586334f,  2.284604f,   0.17521481f}));
  EXPECT_TENSOR_NEAR(
      Run1("ResizeBicubicGrad", {ResizeGradients(), ResizeImages()}, {{"align_corners", true}}),
      Tensor::Of<float>(
          {1, 3, 4, 2},
          {0.8642578f,  0.9824219f,  0.16699219f,  -0.9277344f, 0.16699219f, -0.9277344f,
           1.3330078f,  -0.8769531f, -2.6691895f,  2.1237793f,  0.4777832f,  2.036377f,
           0.4777832f,  2.036377f,   -0.18481445f, -0.2824707f, 0.55493164f, 2.3625488f,
           -0.6447754f, 0.6726074f,  -0.6447754f,  0.6726074f,  2.8518066f,  0.37817383f}));
  EXPECT_TENSOR_NEAR(
      Run1("ResizeBicubicGrad", {ResizeGradients(), ResizeImages()},
           {{"half_pixel_centers", true}}),
      Tensor::Of<float>(
          {1, 3, 4, 2},
          {0.81314635f, 0.87432194f, 0.19158499f,  -0.6833273f, 0.2754561f,  -0.92900294f,
           1.3594333f,  -0.7258631f, -2.3017569f,  1.6518375f,  0.24852431f, 1.9033154f,
           0.5012339f,  1.5927889f,  -0.65575635f, -0.370747f,  0.38118577f, 2.3804927f,
           -0.6403231f, 1.1919763f,  -0.26281017f, 0.8980667f,  2.8400812f,  0.46614033f}));
}

MR_GRADIENT_EXAMPLE({.op = "ResizeBicubic",
                     .inputs = {ResizeSmall(), Tensor::Vector<int32_t>({4, 2})}});
MR_GRADIENT_EXAMPLE({.op = "ResizeBicubic",
                     .inputs = {ResizeSmall(), Tensor::Vector<int32_t>({3, 4})},
                     .attrs = {{"half_pixel_centers", true}}});
MR_GRADIENT_EXAMPLE({.op = "ResizeBicubic",
                     .inputs = {ResizeSmall(), Tensor::Vector<int32_t>({3, 4})},
                     .attrs = {{"align_corners", true}}});
MR_GRADIENT_EXAMPLE({.op = "ResizeBicubicGrad",
                     .inputs = {Tensor::Of<float>({1, 4, 2, 1}, {1.25f, -1.75f, -0.5f, 0.5f, 1.75f,
                                                                 -1.25f, 0, -1.5f}),
                                ResizeSmall()},
                     .wrt = {0}});

}  // namespace
}  // namespace millrace
