// Expected values are TensorFlow 2.21's.
#include <limits>

#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterPool3d(Registry& r);

namespace {

struct Pool3dTest : OpTest {
  Pool3dTest() : OpTest({RegisterPool3d}) {}
};

TEST_F(Pool3dTest, WindowsFarLargerThanTheInput) {
  const Tensor x = Tensor::Of<float>({1, 1, 2, 1, 1}, {1, 4});
  const auto pool = [&](int64_t size) {
    return AttrMap{{"ksize", std::vector<int64_t>{1, 1, size, 1, 1}},
                   {"strides", std::vector<int64_t>{1, 1, 1, 1, 1}},
                   {"padding", "SAME"}};
  };
  const int64_t most = std::numeric_limits<int32_t>::max();
  EXPECT_TENSOR_EQ(Run1("MaxPool3D", {x}, pool(most)), Tensor::Of<float>({1, 1, 2, 1, 1}, {4, 4}));
  EXPECT_EQ(Code("MaxPool3D", {x}, pool(most + 1)), absl::StatusCode::kInvalidArgument);
}

TEST_F(Pool3dTest, AvgPool3D) {
  EXPECT_TENSOR_NEAR(
      Run1("AvgPool3D",
           {Tensor::Of<float>(
               {1, 3, 4, 2, 2},
               {-1,    1.25f,  0.75f,  -0.75f, 0,      -1.75f, -0.25f, -2,     -0.5f, -1.75f,
                -0.5f, -0.25f, 1.25f,  0,      -0.75f, -0.25f, 2,      2,      1.25f, 1.5f,
                1.5f,  1.25f,  -1.75f, 0.25f,  -1,     1,      0.25f,  1,      0.5f,  1,
                1.75f, -1.25f, 0.25f,  0.5f,   -2,     -1.5f,  1.25f,  -1.25f, 2,     -1.75f,
                1.5f,  0.5f,   1.75f,  -1,     -1.5f,  1.75f,  -1.75f, 1})},
           {{"ksize", std::vector<int64_t>{1, 2, 2, 1, 1}},
            {"strides", std::vector<int64_t>{1, 1, 2, 1, 1}},
            {"padding", "SAME"}}),
      Tensor::Of<float>({1, 3, 2, 2, 2},
                        {0.625f, 0.6875f, 0,       -0.25f,  0.0625f, 0.0625f, 0.1875f, -0.1875f,
                         1.25f,  0.625f,  -0.125f, -0.375f, -0.125f, 1.0625f, 0.5f,    -0.0625f,
                         0.75f,  -0.375f, 0,       -1.625f, 0,       1.125f,  0,       0}));
  EXPECT_TENSOR_NEAR(
      Run1("AvgPool3D",
           {Tensor::Of<float>(
               {1, 3, 4, 2, 2},
               {-1,    1.25f,  0.75f,  -0.75f, 0,      -1.75f, -0.25f, -2,     -0.5f, -1.75f,
                -0.5f, -0.25f, 1.25f,  0,      -0.75f, -0.25f, 2,      2,      1.25f, 1.5f,
                1.5f,  1.25f,  -1.75f, 0.25f,  -1,     1,      0.25f,  1,      0.5f,  1,
                1.75f, -1.25f, 0.25f,  0.5f,   -2,     -1.5f,  1.25f,  -1.25f, 2,     -1.75f,
                1.5f,  0.5f,   1.75f,  -1,     -1.5f,  1.75f,  -1.75f, 1})},
           {{"ksize", std::vector<int64_t>{1, 2, 3, 2, 1}},
            {"strides", std::vector<int64_t>{1, 1, 2, 1, 1}},
            {"padding", "VALID"}}),
      Tensor::Of<float>({1, 2, 1, 1, 2}, {0.0625f, 0.14583333f, 0.5833333f, 0.20833333f}));
  EXPECT_TENSOR_NEAR(
      Run1("AvgPool3DGrad",
           {Tensor::Vector<int32_t>({1, 3, 4, 2, 2}),
            Tensor::Of<float>(
                {1, 3, 2, 2, 2},
                {2,  0, -2, -0.5f, -1.5f, -2, -0.25f, -0.5f, 0.75f, 1.25f,  -0.5f, 0.5f,
                 -1, 2, -2, 2,     -2,    1,  0.5f,   1.5f,  -0.5f, -1.25f, 0.5f,  0.5f})},
           {{"ksize", std::vector<int64_t>{1, 2, 2, 1, 1}},
            {"strides", std::vector<int64_t>{1, 1, 2, 1, 1}},
            {"padding", "SAME"}}),
      Tensor::Of<float>(
          {1, 3, 4, 2, 2},
          {0.5f,     0,       -0.5f,    -0.125f, 0.5f,     0,       -0.5f,    -0.125f,
           -0.375f,  -0.5f,   -0.0625f, -0.125f, -0.375f,  -0.5f,   -0.0625f, -0.125f,
           0.6875f,  0.3125f, -0.625f,  0,       0.6875f,  0.3125f, -0.625f,  0,
           -0.625f,  0,       -0.5625f, 0.375f,  -0.625f,  0,       -0.5625f, 0.375f,
           -0.8125f, 0.8125f, 0.125f,   0.875f,  -0.8125f, 0.8125f, 0.125f,   0.875f,
           -0.5f,    -0.125f, -0.25f,   0.75f,   -0.5f,    -0.125f, -0.25f,   0.75f}));
}

TEST_F(Pool3dTest, MaxPool3D) {
  EXPECT_TENSOR_NEAR(
      Run1("MaxPool3D",
           {Tensor::Of<float>(
               {1, 3, 4, 2, 2},
               {-1,    1.25f,  0.75f,  -0.75f, 0,      -1.75f, -0.25f, -2,     -0.5f, -1.75f,
                -0.5f, -0.25f, 1.25f,  0,      -0.75f, -0.25f, 2,      2,      1.25f, 1.5f,
                1.5f,  1.25f,  -1.75f, 0.25f,  -1,     1,      0.25f,  1,      0.5f,  1,
                1.75f, -1.25f, 0.25f,  0.5f,   -2,     -1.5f,  1.25f,  -1.25f, 2,     -1.75f,
                1.5f,  0.5f,   1.75f,  -1,     -1.5f,  1.75f,  -1.75f, 1})},
           {{"ksize", std::vector<int64_t>{1, 2, 2, 1, 1}},
            {"strides", std::vector<int64_t>{1, 1, 2, 1, 1}},
            {"padding", "SAME"}}),
      Tensor::Of<float>({1, 3, 2, 2, 2}, {2,     2,    1.25f, 1.5f,  1.25f, 1,     1.75f, 1,
                                          2,     2,    2,     1.5f,  1.5f,  1.75f, 1.75f, 1,
                                          1.25f, 0.5f, 2,     -1.5f, 1.5f,  1.75f, 1.75f, 1}));
  EXPECT_TENSOR_NEAR(
      Run1("MaxPool3D",
           {Tensor::Of<float>(
               {1, 3, 4, 2, 2},
               {-1,    1.25f,  0.75f,  -0.75f, 0,      -1.75f, -0.25f, -2,     -0.5f, -1.75f,
                -0.5f, -0.25f, 1.25f,  0,      -0.75f, -0.25f, 2,      2,      1.25f, 1.5f,
                1.5f,  1.25f,  -1.75f, 0.25f,  -1,     1,      0.25f,  1,      0.5f,  1,
                1.75f, -1.25f, 0.25f,  0.5f,   -2,     -1.5f,  1.25f,  -1.25f, 2,     -1.75f,
                1.5f,  0.5f,   1.75f,  -1,     -1.5f,  1.75f,  -1.75f, 1})},
           {{"ksize", std::vector<int64_t>{1, 2, 3, 2, 1}},
            {"strides", std::vector<int64_t>{1, 1, 2, 1, 1}},
            {"padding", "VALID"}}),
      Tensor::Of<float>({1, 2, 1, 1, 2}, {2, 2, 2, 2}));
  EXPECT_TENSOR_NEAR(
      Run1("MaxPool3DGrad",
           {Tensor::Of<float>(
                {1, 3, 4, 2, 2},
                {-1,    1.25f,  0.75f,  -0.75f, 0,      -1.75f, -0.25f, -2,     -0.5f, -1.75f,
                 -0.5f, -0.25f, 1.25f,  0,      -0.75f, -0.25f, 2,      2,      1.25f, 1.5f,
                 1.5f,  1.25f,  -1.75f, 0.25f,  -1,     1,      0.25f,  1,      0.5f,  1,
                 1.75f, -1.25f, 0.25f,  0.5f,   -2,     -1.5f,  1.25f,  -1.25f, 2,     -1.75f,
                 1.5f,  0.5f,   1.75f,  -1,     -1.5f,  1.75f,  -1.75f, 1}),
            Tensor::Of<float>({1, 3, 2, 2, 2}, {2,     2,    1.25f, 1.5f,  1.25f, 1,     1.75f, 1,
                                                2,     2,    2,     1.5f,  1.5f,  1.75f, 1.75f, 1,
                                                1.25f, 0.5f, 2,     -1.5f, 1.5f,  1.75f, 1.75f, 1}),
            Tensor::Of<float>(
                {1, 3, 2, 2, 2},
                {2,  0, -2, -0.5f, -1.5f, -2, -0.25f, -0.5f, 0.75f, 1.25f,  -0.5f, 0.5f,
                 -1, 2, -2, 2,     -2,    1,  0.5f,   1.5f,  -0.5f, -1.25f, 0.5f,  0.5f})},
           {{"ksize", std::vector<int64_t>{1, 2, 2, 1, 1}},
            {"strides", std::vector<int64_t>{1, 1, 2, 1, 1}},
            {"padding", "SAME"}}),
      Tensor::Of<float>(
          {1, 3, 4, 2, 2},
          {0,     0,    0,  0, 0, 0, 0,     0, 0,     0, 0,    0,     -1.5f, 0,      0, 0, 2.75f,
           1.25f, -2,   0,  0, 0, 0, 0,     0, -2,    0, 1.5f, 0,     -2,    -2.25f, 0, 0, 1,
           0,     1.5f, -2, 0, 0, 0, -1.5f, 0, -1.5f, 0, 0,    0.75f, 0,     2.5f}));
  EXPECT_TENSOR_NEAR(
      Run1("MaxPool3DGradGrad",
           {Tensor::Of<float>(
                {1, 3, 4, 2, 2},
                {-1,    1.25f,  0.75f,  -0.75f, 0,      -1.75f, -0.25f, -2,     -0.5f, -1.75f,
                 -0.5f, -0.25f, 1.25f,  0,      -0.75f, -0.25f, 2,      2,      1.25f, 1.5f,
                 1.5f,  1.25f,  -1.75f, 0.25f,  -1,     1,      0.25f,  1,      0.5f,  1,
                 1.75f, -1.25f, 0.25f,  0.5f,   -2,     -1.5f,  1.25f,  -1.25f, 2,     -1.75f,
                 1.5f,  0.5f,   1.75f,  -1,     -1.5f,  1.75f,  -1.75f, 1}),
            Tensor::Of<float>({1, 3, 2, 2, 2}, {2,     2,    1.25f, 1.5f,  1.25f, 1,     1.75f, 1,
                                                2,     2,    2,     1.5f,  1.5f,  1.75f, 1.75f, 1,
                                                1.25f, 0.5f, 2,     -1.5f, 1.5f,  1.75f, 1.75f, 1}),
            Tensor::Of<float>(
                {1, 3, 4, 2, 2},
                {-2,     -0.75f, -1.25f, -0.5f, 2,     0,     -0.25f, 2,     0.25f,  1.5f,
                 -1.75f, 0,      0.5f,   -2,    0.75f, 0,     -1.25f, 1.75f, 1.25f,  0.75f,
                 -0.5f,  1.25f,  1.5f,   -1.5f, 1.75f, -1.5f, 1.25f,  -2,    1.5f,   -1.75f,
                 -2,     -1.75f, -0.25f, 0.75f, -1,    0,     1.75f,  0.5f,  -1.75f, -0.5f,
                 -1.75f, 0,      -0.25f, 1.25f, -2,    -1,    1.75f,  -0.5f})},
           {{"ksize", std::vector<int64_t>{1, 2, 2, 1, 1}},
            {"strides", std::vector<int64_t>{1, 1, 2, 1, 1}},
            {"padding", "SAME"}}),
      Tensor::Of<float>(
          {1, 3, 2, 2, 2},
          {-1.25f, 1.75f, 1.25f, 0.75f, 0.5f,  -1.5f, -2,     -2, -1.25f, 1.75f, -1.75f, 0.75f,
           -1.75f, -1,    -2,    -2,    1.75f, 0.75f, -1.75f, 0,  -1.75f, -1,    -0.25f, -0.5f}));
}

TEST_F(Pool3dTest, Refuses) {
  EXPECT_EQ(Code("AvgPool3D",
                 {Tensor::Of<float>(
                     {3, 4, 2, 2},
                     {-1.25f, -1.75f, 1.5f,   0.75f, 0.75f,  -1.25f, 0.5f,   -1.75f, -1.25f, 0.25f,
                      -1,     0.5f,   0.5f,   1.25f, -1.75f, 2,      -0.75f, 1.75f,  1.25f,  -1.75f,
                      -1.5f,  -1,     -1.75f, 1,     1,      0.75f,  -2,     0.75f,  -1.75f, -0.5f,
                      0.25f,  -0.75f, -1.5f,  -0.5f, -1.75f, -2,     0.75f,  2,      0.5f,   -0.75f,
                      0.75f,  -0.75f, -1.75f, -1.5f, -1,     -1,     0.75f,  -0.5f})},
                 {{"ksize", std::vector<int64_t>{1, 2, 2, 1, 1}},
                  {"strides", std::vector<int64_t>{1, 1, 2, 1, 1}},
                  {"padding", "SAME"}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_TENSOR_NEAR(
      Run1("AvgPool3D",
           {Tensor::Of<float>(
               {1, 3, 4, 2, 2},
               {-1,    1.25f,  0.75f,  -0.75f, 0,      -1.75f, -0.25f, -2,     -0.5f, -1.75f,
                -0.5f, -0.25f, 1.25f,  0,      -0.75f, -0.25f, 2,      2,      1.25f, 1.5f,
                1.5f,  1.25f,  -1.75f, 0.25f,  -1,     1,      0.25f,  1,      0.5f,  1,
                1.75f, -1.25f, 0.25f,  0.5f,   -2,     -1.5f,  1.25f,  -1.25f, 2,     -1.75f,
                1.5f,  0.5f,   1.75f,  -1,     -1.5f,  1.75f,  -1.75f, 1})},
           {{"ksize", std::vector<int64_t>{1, 4, 1, 1, 1}},
            {"strides", std::vector<int64_t>{1, 1, 2, 1, 1}},
            {"padding", "VALID"}}),
      Tensor::Of<float>({1, 0, 2, 2, 2}, {}));
  const Tensor grad = Tensor::Of<float>({1, 1, 3, 1, 1}, {1, 2, 3});
  EXPECT_EQ(Code("AvgPool3DGrad", {Tensor::Vector<int32_t>({1, 1, 4, 1, 1}), grad},
                 {{"ksize", std::vector<int64_t>{1, 1, 2, 1, 1}},
                  {"strides", std::vector<int64_t>{1, 1, 2, 1, 1}},
                  {"padding", "SAME"}}),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(Pool3dTest, ChannelsFirstAgrees) {
  // [1, 2, 2, 1, 2]: the same volume with channels last and first.
  const Tensor last = Tensor::Of<float>({1, 2, 2, 1, 2}, {1, 10, 2, 20, 3, 30, 5, 50});
  const Tensor first = Tensor::Of<float>({1, 2, 2, 2, 1}, {1, 2, 3, 5, 10, 20, 30, 50});
  for (const char* op : {"AvgPool3D", "MaxPool3D"}) {
    const Tensor a = Run1(op, {last},
                          {{"ksize", std::vector<int64_t>{1, 1, 2, 1, 1}},
                           {"strides", std::vector<int64_t>{1, 1, 1, 1, 1}},
                           {"padding", "SAME"}});
    const Tensor b = Run1(op, {first},
                          {{"ksize", std::vector<int64_t>{1, 1, 1, 2, 1}},
                           {"strides", std::vector<int64_t>{1, 1, 1, 1, 1}},
                           {"padding", "SAME"},
                           {"data_format", "NCDHW"}});
    ASSERT_EQ(b.shape(), Shape({1, 2, 2, 2, 1}));
    for (int k = 0; k < 2; ++k) {
      for (int p = 0; p < 4; ++p) EXPECT_EQ(a.data<float>()[2 * p + k], b.data<float>()[4 * k + p]);
    }
  }
}

MR_GRADIENT_EXAMPLE({.op = "AvgPool3D",
                     .inputs = {Tensor::Of<double>({1, 3, 4, 2, 1}, {0,
                                                                     2.59,
                                                                     5.18,
                                                                     7.77,
                                                                     1.48,
                                                                     4.07,
                                                                     6.66,
                                                                     0.37,
                                                                     2.96,
                                                                     5.55,
                                                                     8.14,
                                                                     1.85,
                                                                     4.4399999999999995,
                                                                     7.03,
                                                                     0.74,
                                                                     3.33,
                                                                     5.92,
                                                                     8.51,
                                                                     2.2199999999999998,
                                                                     4.81,
                                                                     7.4,
                                                                     1.1099999999999999,
                                                                     3.7,
                                                                     6.29})},
                     .attrs = {{"ksize", std::vector<int64_t>{1, 2, 2, 1, 1}},
                               {"strides", std::vector<int64_t>{1, 1, 2, 1, 1}},
                               {"padding", "SAME"}}});
MR_GRADIENT_EXAMPLE({.op = "AvgPool3DGrad",
                     .inputs = {Tensor::Vector<int32_t>({1, 3, 4, 2, 1}),
                                Tensor::Of<double>({1, 3, 2, 2, 1}, {-0.25, -1, 0.5, 1, 2, 1.75, 1,
                                                                     1, 1.75, 0, 0.75, -1.75})},
                     .attrs = {{"ksize", std::vector<int64_t>{1, 2, 2, 1, 1}},
                               {"strides", std::vector<int64_t>{1, 1, 2, 1, 1}},
                               {"padding", "SAME"}},
                     .wrt = {1}});
MR_GRADIENT_EXAMPLE({.op = "MaxPool3D",
                     .inputs = {Tensor::Of<float>({1, 3, 4, 2, 1},
                                                  {0,     2.59f, 5.18f, 7.77f, 1.48f, 4.07f,
                                                   6.66f, 0.37f, 2.96f, 5.55f, 8.14f, 1.85f,
                                                   4.44f, 7.03f, 0.74f, 3.33f, 5.92f, 8.51f,
                                                   2.22f, 4.81f, 7.4f,  1.11f, 3.7f,  6.29f})},
                     .attrs = {{"ksize", std::vector<int64_t>{1, 2, 2, 1, 1}},
                               {"strides", std::vector<int64_t>{1, 1, 2, 1, 1}},
                               {"padding", "SAME"}}});
MR_GRADIENT_EXAMPLE(
    {.op = "MaxPool3DGrad",
     .inputs = {Tensor::Of<float>({1, 3, 4, 2, 1},
                                  {0,     2.59f, 5.18f, 7.77f, 1.48f, 4.07f, 6.66f, 0.37f,
                                   2.96f, 5.55f, 8.14f, 1.85f, 4.44f, 7.03f, 0.74f, 3.33f,
                                   5.92f, 8.51f, 2.22f, 4.81f, 7.4f,  1.11f, 3.7f,  6.29f}),
                Tensor::Of<float>({1, 3, 2, 2, 1}, {8.14f, 7.77f, 6.66f, 7.03f, 8.14f, 8.51f, 7.4f,
                                                    7.03f, 5.92f, 8.51f, 7.4f, 6.29f}),
                Tensor::Of<float>({1, 3, 2, 2, 1},
                                  {-0.25f, -1, 0.5f, 1, 2, 1.75f, 1, 1, 1.75f, 0, 0.75f, -1.75f})},
     .attrs = {{"ksize", std::vector<int64_t>{1, 2, 2, 1, 1}},
               {"strides", std::vector<int64_t>{1, 1, 2, 1, 1}},
               {"padding", "SAME"}},
     .wrt = {2}});
MR_GRADIENT_EXAMPLE(
    {.op = "MaxPool3DGradGrad",
     .inputs = {Tensor::Of<float>({1, 3, 4, 2, 1},
                                  {0,     2.59f, 5.18f, 7.77f, 1.48f, 4.07f, 6.66f, 0.37f,
                                   2.96f, 5.55f, 8.14f, 1.85f, 4.44f, 7.03f, 0.74f, 3.33f,
                                   5.92f, 8.51f, 2.22f, 4.81f, 7.4f,  1.11f, 3.7f,  6.29f}),
                Tensor::Of<float>({1, 3, 2, 2, 1}, {8.14f, 7.77f, 6.66f, 7.03f, 8.14f, 8.51f, 7.4f,
                                                    7.03f, 5.92f, 8.51f, 7.4f, 6.29f}),
                Tensor::Of<float>({1, 3, 4, 2, 1},
                                  {-1.25f, -1.5f,  -1.25f, 1.25f,  -1.5f,  1.5f, 2,      1.5f,
                                   0.5f,   -1.75f, 0.75f,  -1.25f, -0.75f, -1,   2,      -1.75f,
                                   -0.25f, 0,      0.25f,  -1,     2,      2,    -0.25f, -1.75f})},
     .attrs = {{"ksize", std::vector<int64_t>{1, 2, 2, 1, 1}},
               {"strides", std::vector<int64_t>{1, 1, 2, 1, 1}},
               {"padding", "SAME"}},
     .wrt = {2}});

}  // namespace
}  // namespace millrace
