// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/image/resize_fixture.h"

namespace millrace {

absl::Status RegisterResizeArea(Registry& r);

namespace {

struct ResizeAreaTest : ResizeTest {
  ResizeAreaTest() : ResizeTest({RegisterResizeArea}) {}
};

TEST_F(ResizeAreaTest, Values) {
  EXPECT_TENSOR_NEAR(
      Run1("ResizeArea", {ResizeImages(), Tensor::Vector<int32_t>({5, 3})}),
      Tensor::Of<float>(
          {1, 5, 3, 2},
          {-0.06250003f, 0.25f,        -0.24999993f, -0.25000003f, 0.68749994f,  4.470348e-08f,
           -0.35416675f, -0.10416671f, 0.12500013f,  -0.20833337f, 0.29166648f,  -0.12499997f,
           -0.9374999f,  -0.8124999f,  0.875f,       -0.12500006f, -0.50000006f, -0.37499994f,
           0.27083352f,  0.5625003f,   -0.62500024f, -0.37500012f, -0.5833333f,  0.50000024f,
           0.87499976f,  1.2499998f,   -1.3749998f,  -0.49999997f, -0.6249998f,  0.9374998f}));
  EXPECT_TENSOR_NEAR(
      Run1("ResizeArea", {ResizeImages(), Tensor::Vector<int32_t>({5, 3})},
           {{"align_corners", true}}),
      Tensor::Of<float>({1, 5, 3, 2},
                        {-0.16666667f, 0.25f,       0,          -0.4166667f,  0.75f,  0.25f,
                         -0.16666667f, 0.25f,       0,          -0.4166667f,  0.75f,  0.25f,
                         -0.8333334f,  -0.6666667f, 1.1666667f, -0.33333334f, -1.25f, -0.25f,
                         -0.8333334f,  -0.6666667f, 1.1666667f, -0.33333334f, -1.25f, -0.25f,
                         0.5833334f,   1.1666667f,  -1.25f,     -0.8333334f,  -0.5f,  1.75f}));
}

TEST_F(ResizeAreaTest, TakesOtherTypes) {
  EXPECT_TENSOR_NEAR(Run1("ResizeArea", {ResizeBytes(), Tensor::Vector<int32_t>({2, 5})}),
                     Tensor::Of<float>({1, 2, 5, 1}, {26.666666f, 41.666664f, 56.66667f, 71.666664f,
                                                      86.66666f, 133.33333f, 148.33333f, 163.33333f,
                                                      178.33333f, 193.33331f}));
  EXPECT_TENSOR_NEAR(Run1("ResizeArea", {ResizeDoubles(), Tensor::Vector<int32_t>({1, 1})}),
                     Tensor::Of<float>({1, 1, 1, 1}, {0.5f}));
}

TEST_F(ResizeAreaTest, Refuses) { ExpectRefusals("ResizeArea"); }

}  // namespace
}  // namespace millrace
