// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/image/resize_fixture.h"
#include "kernels/testing/gradient_example.h"

namespace millrace {

absl::Status RegisterResizeNearest(Registry& r);

namespace {

struct ResizeNearestTest : ResizeTest {
  ResizeNearestTest() : ResizeTest({RegisterResizeNearest}) {}
};

TEST_F(ResizeNearestTest, Values) {
  EXPECT_TENSOR_NEAR(
      Run1("ResizeNearestNeighbor", {ResizeImages(), Tensor::Vector<int32_t>({5, 3})}),
      Tensor::Of<float>({1, 5, 3, 2}, {0.25f, 0.25f,  -1,     0.25f,  0.5f,   -0.75f, 0.25f, 0.25f,
                                       -1,    0.25f,  0.5f,   -0.75f, -1.25f, -1.25f, 0,     0.5f,
                                       1.75f, -0.75f, -1.25f, -1.25f, 0,      0.5f,   1.75f, -0.75f,
                                       1.75f, 1.5f,   -1.75f, 0.5f,   -1,     -1.5f}));
  EXPECT_TENSOR_NEAR(
      Run1("ResizeNearestNeighbor", {ResizeImages(), Tensor::Vector<int32_t>({5, 3})},
           {{"align_corners", true}}),
      Tensor::Of<float>(
          {1, 5, 3, 2},
          {0.25f,  0.25f,  0.5f,   -0.75f, 0.75f, 0.25f,  -1.25f, -1.25f, 1.75f, -0.75f,
           -1.25f, -0.25f, -1.25f, -1.25f, 1.75f, -0.75f, -1.25f, -0.25f, 1.75f, 1.5f,
           -1,     -1.5f,  -0.5f,  1.75f,  1.75f, 1.5f,   -1,     -1.5f,  -0.5f, 1.75f}));
  EXPECT_TENSOR_NEAR(
      Run1("ResizeNearestNeighbor", {ResizeImages(), Tensor::Vector<int32_t>({5, 3})},
           {{"half_pixel_centers", true}}),
      Tensor::Of<float>({1, 5, 3, 2}, {0.25f,  0.25f,  0.5f,  -0.75f, 0.75f,  0.25f,  0.25f, 0.25f,
                                       0.5f,   -0.75f, 0.75f, 0.25f,  -1.25f, -1.25f, 1.75f, -0.75f,
                                       -1.25f, -0.25f, 1.75f, 1.5f,   -1,     -1.5f,  -0.5f, 1.75f,
                                       1.75f,  1.5f,   -1,    -1.5f,  -0.5f,  1.75f}));
}

TEST_F(ResizeNearestTest, TakesOtherTypes) {
  EXPECT_TENSOR_EQ(Run1("ResizeNearestNeighbor", {ResizeBytes(), Tensor::Vector<int32_t>({2, 5})}),
                   Tensor::Of<uint8_t>({1, 2, 5, 1}, {0, 0, 20, 40, 60, 80, 80, 100, 120, 140}));
  EXPECT_TENSOR_NEAR(
      Run1("ResizeNearestNeighbor", {ResizeDoubles(), Tensor::Vector<int32_t>({1, 1})}),
      Tensor::Of<double>({1, 1, 1, 1}, {-0.75}));
}

TEST_F(ResizeNearestTest, Refuses) { ExpectRefusals("ResizeNearestNeighbor"); }

TEST_F(ResizeNearestTest, Gradients) {
  EXPECT_TENSOR_NEAR(
      Run1("ResizeNearestNeighborGrad", {ResizeGradients(), Tensor::Vector<int32_t>({3, 4})}),
      Tensor::Of<float>({1, 3, 4, 2}, {1,     0.5f,  -0.5f,  -0.75f, 1.5f, -0.25f, 0, 0,
                                       -3.5f, 3.75f, 2.25f,  3.5f,   0.5f, -0.75f, 0, 0,
                                       1.25f, 1.5f,  -1.75f, 0.25f,  2,    0.5f,   0, 0}));
  EXPECT_TENSOR_NEAR(
      Run1("ResizeNearestNeighborGrad", {ResizeGradients(), Tensor::Vector<int32_t>({3, 4})},
           {{"align_corners", true}}),
      Tensor::Of<float>({1, 3, 4, 2}, {0.5f,   1.5f,  0, 0, 1.25f,  -2,    1.5f, -1.75f,
                                       -1.5f,  1,     0, 0, -0.5f,  2.75f, -1,   0.5f,
                                       -0.25f, 3.25f, 0, 0, -0.75f, 2.25f, 3.5f, 0.75f}));
  EXPECT_TENSOR_NEAR(
      Run1("ResizeNearestNeighborGrad", {ResizeGradients(), Tensor::Vector<int32_t>({3, 4})},
           {{"half_pixel_centers", true}}),
      Tensor::Of<float>({1, 3, 4, 2}, {1,      0.5f,  0, 0, -0.5f,  -0.75f, 1.5f, -0.25f,
                                       -2,     2,     0, 0, 1.25f,  1.5f,   -1,   -1,
                                       -0.25f, 3.25f, 0, 0, -0.75f, 2.25f,  3.5f, 0.75f}));
}

MR_GRADIENT_EXAMPLE({.op = "ResizeNearestNeighbor",
                     .inputs = {ResizeSmall(), Tensor::Vector<int32_t>({4, 2})}});
MR_GRADIENT_EXAMPLE({.op = "ResizeNearestNeighbor",
                     .inputs = {ResizeSmall(), Tensor::Vector<int32_t>({3, 4})},
                     .attrs = {{"half_pixel_centers", true}}});
MR_GRADIENT_EXAMPLE({.op = "ResizeNearestNeighbor",
                     .inputs = {ResizeSmall(), Tensor::Vector<int32_t>({3, 4})},
                     .attrs = {{"align_corners", true}}});
MR_GRADIENT_EXAMPLE({.op = "ResizeNearestNeighborGrad",
                     .inputs = {Tensor::Of<float>({1, 4, 2, 1}, {1.25f, -1.75f, -0.5f, 0.5f, 1.75f,
                                                                 -1.25f, 0, -1.5f}),
                                Tensor::Vector<int32_t>({2, 3})},
                     .wrt = {0}});

}  // namespace
}  // namespace millrace
