// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterDilation2d(Registry& r);

namespace {

struct Dilation2dTest : OpTest {
  Dilation2dTest() : OpTest({RegisterDilation2d}) {}
};

TEST_F(Dilation2dTest, Values) {
  EXPECT_TENSOR_NEAR(
      Run1("Dilation2D",
           {Tensor::Of<float>(
                {1, 4, 5, 2},
                {-2,     1.75f,  0.5f,   -0.75f, -1.75f, 2,      -0.75f, 1,     2,     -1.5f,
                 -1.75f, 0.75f,  -1,     -0.25f, -0.25f, -0.25f, -0.5f,  0.5f,  1.25f, -1.25f,
                 1.25f,  -1.75f, 2,      0,      1.5f,   1,      1.5f,   0.75f, -0.5f, 2,
                 -2,     -0.75f, -1.25f, 1.25f,  0.5f,   1.75f,  -1.25f, 1.5f,  1.25f, 0.25f}),
            Tensor::Of<float>({2, 3, 2}, {0.25f, 0.75f, 0.5f, 0.75f, -1, 0.25f, -0.25f, -0.25f,
                                          -0.75f, -0.25f, -0.75f, 0.25f})},
           {{"strides", std::vector<int64_t>{1, 1, 1, 1}},
            {"rates", std::vector<int64_t>{1, 1, 1, 1}},
            {"padding", "SAME"}}),
      Tensor::Of<float>({1, 4, 5, 2},
                        {-0.5f, 2.5f, 1,     2.5f, 0.75f, 2.75f, 1,     2.75f, 2.5f,  1.75f,
                         1.25f, 1.5f, 1.25f, 1.5f, 1.75f, 1,     1.25f, 2.25f, 1.75f, 1.75f,
                         1.75f, 1.5f, 2.5f,  2,    2.25f, 1.75f, 2,     2.25f, 1.75f, 2.75f,
                         -1.5f, 1.5f, -0.5f, 2,    1,     2.5f,  0.75f, 2.5f,  1.75f, 2.25f}));
  EXPECT_TENSOR_NEAR(
      Run1("Dilation2D",
           {Tensor::Of<float>(
                {1, 4, 5, 2},
                {-2,     1.75f,  0.5f,   -0.75f, -1.75f, 2,      -0.75f, 1,     2,     -1.5f,
                 -1.75f, 0.75f,  -1,     -0.25f, -0.25f, -0.25f, -0.5f,  0.5f,  1.25f, -1.25f,
                 1.25f,  -1.75f, 2,      0,      1.5f,   1,      1.5f,   0.75f, -0.5f, 2,
                 -2,     -0.75f, -1.25f, 1.25f,  0.5f,   1.75f,  -1.25f, 1.5f,  1.25f, 0.25f}),
            Tensor::Of<float>({2, 3, 2}, {0.25f, 0.75f, 0.5f, 0.75f, -1, 0.25f, -0.25f, -0.25f,
                                          -0.75f, -0.25f, -0.75f, 0.25f})},
           {{"strides", std::vector<int64_t>{1, 2, 1, 1}},
            {"rates", std::vector<int64_t>{1, 1, 2, 1}},
            {"padding", "VALID"}}),
      Tensor::Of<float>({1, 2, 1, 2}, {1, 2.75f, 2, 2.25f}));
  EXPECT_TENSOR_EQ(Run1("Dilation2D",
                        {Tensor::Of<int32_t>({1, 2, 2, 1}, {1, 2, 3, 4}),
                         Tensor::Of<int32_t>({1, 2, 1}, {1, 0})},
                        {{"strides", std::vector<int64_t>{1, 1, 1, 1}},
                         {"rates", std::vector<int64_t>{1, 1, 1, 1}},
                         {"padding", "SAME"}}),
                   Tensor::Of<int32_t>({1, 2, 2, 1}, {2, 3, 4, 5}));
}

TEST_F(Dilation2dTest, Gradients) {
  EXPECT_TENSOR_NEAR(
      Run1("Dilation2DBackpropInput",
           {Tensor::Of<float>(
                {1, 4, 5, 2},
                {-2,     1.75f,  0.5f,   -0.75f, -1.75f, 2,      -0.75f, 1,     2,     -1.5f,
                 -1.75f, 0.75f,  -1,     -0.25f, -0.25f, -0.25f, -0.5f,  0.5f,  1.25f, -1.25f,
                 1.25f,  -1.75f, 2,      0,      1.5f,   1,      1.5f,   0.75f, -0.5f, 2,
                 -2,     -0.75f, -1.25f, 1.25f,  0.5f,   1.75f,  -1.25f, 1.5f,  1.25f, 0.25f}),
            Tensor::Of<float>({2, 3, 2}, {0.25f, 0.75f, 0.5f, 0.75f, -1, 0.25f, -0.25f, -0.25f,
                                          -0.75f, -0.25f, -0.75f, 0.25f}),
            Tensor::Of<float>(
                {1, 4, 5, 2},
                {1.5f,  0.5f, 1.5f,  -1,    -0.75f, -1.5f, 0.5f,  1.5f,   -1.75f, 0,
                 0.5f,  1.5f, 0.75f, -0.5f, 1.5f,   -1,    -1.5f, 1.5f,   1.5f,   1.75f,
                 0,     0.5f, 1.5f,  1,     1.75f,  -1.5f, -1.5f, -1.25f, 0.75f,  -1.25f,
                 1.75f, 0.5f, -2,    -1.5f, -0.25f, -2,    0.5f,  -0.25f, 1.5f,   -2})},
           {{"strides", std::vector<int64_t>{1, 1, 1, 1}},
            {"rates", std::vector<int64_t>{1, 1, 1, 1}},
            {"padding", "SAME"}}),
      Tensor::Of<float>(
          {1, 4, 5, 2},
          {0, -0.5f, 2.25f, 0, 0,    0,     0,      0,      -1.25f, 0,  0,     1,     0,      0,
           0, 0,     0,     0, 1.5f, 0,     0,      0,      6,      0,  -1.5f, -1.5f, -0.75f, -1,
           0, 0.75f, 1.75f, 0, 0,    -0.5f, -1.75f, -1.25f, 0,      -2, 1.5f,  0}));
  EXPECT_TENSOR_NEAR(
      Run1("Dilation2DBackpropFilter",
           {Tensor::Of<float>(
                {1, 4, 5, 2},
                {-2,     1.75f,  0.5f,   -0.75f, -1.75f, 2,      -0.75f, 1,     2,     -1.5f,
                 -1.75f, 0.75f,  -1,     -0.25f, -0.25f, -0.25f, -0.5f,  0.5f,  1.25f, -1.25f,
                 1.25f,  -1.75f, 2,      0,      1.5f,   1,      1.5f,   0.75f, -0.5f, 2,
                 -2,     -0.75f, -1.25f, 1.25f,  0.5f,   1.75f,  -1.25f, 1.5f,  1.25f, 0.25f}),
            Tensor::Of<float>({2, 3, 2}, {0.25f, 0.75f, 0.5f, 0.75f, -1, 0.25f, -0.25f, -0.25f,
                                          -0.75f, -0.25f, -0.75f, 0.25f}),
            Tensor::Of<float>(
                {1, 4, 5, 2},
                {1.5f,  0.5f, 1.5f,  -1,    -0.75f, -1.5f, 0.5f,  1.5f,   -1.75f, 0,
                 0.5f,  1.5f, 0.75f, -0.5f, 1.5f,   -1,    -1.5f, 1.5f,   1.5f,   1.75f,
                 0,     0.5f, 1.5f,  1,     1.75f,  -1.5f, -1.5f, -1.25f, 0.75f,  -1.25f,
                 1.75f, 0.5f, -2,    -1.5f, -0.25f, -2,    0.5f,  -0.25f, 1.5f,   -2})},
           {{"strides", std::vector<int64_t>{1, 1, 1, 1}},
            {"rates", std::vector<int64_t>{1, 1, 1, 1}},
            {"padding", "SAME"}}),
      Tensor::Of<float>({2, 3, 2},
                        {2.25f, -2.25f, 4.25f, -5.75f, 0, -0.75f, 0, 0, 0.75f, 1.75f, 0.5f, 2}));
}

TEST_F(Dilation2dTest, Refuses) {
  EXPECT_EQ(
      Code("Dilation2D",
           {Tensor::Of<float>(
                {1, 4, 5, 2},
                {-2,     1.75f,  0.5f,   -0.75f, -1.75f, 2,      -0.75f, 1,     2,     -1.5f,
                 -1.75f, 0.75f,  -1,     -0.25f, -0.25f, -0.25f, -0.5f,  0.5f,  1.25f, -1.25f,
                 1.25f,  -1.75f, 2,      0,      1.5f,   1,      1.5f,   0.75f, -0.5f, 2,
                 -2,     -0.75f, -1.25f, 1.25f,  0.5f,   1.75f,  -1.25f, 1.5f,  1.25f, 0.25f}),
            Tensor::Of<float>({2, 3, 3}, {1, 1.25f, 0.75f, 1.75f, -2, -1.25f, -2, 1.25f, 2, 0.25f,
                                          -0.75f, -1.5f, -1.75f, 0.75f, -0.5f, -1, -1.5f, 0.25f})},
           {{"strides", std::vector<int64_t>{1, 1, 1, 1}},
            {"rates", std::vector<int64_t>{1, 1, 1, 1}},
            {"padding", "SAME"}}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("Dilation2D",
                 {Tensor::Of<float>(
                      {4, 5, 2},
                      {1.75f, -0.5f, 0.5f,   -1.25f, 1.75f,  -0.75f, -2,   0.25f,  0.25f,  1.5f,
                       0.5f,  -1,    1,      1.25f,  -1.25f, 1.5f,   0,    1.75f,  -0.25f, -0.75f,
                       -2,    1.75f, -1.25f, -0.25f, -1.5f,  2,      1.5f, 0.25f,  -0.5f,  -1.75f,
                       1,     -0.5f, 2,      0.25f,  -1.25f, 0,      1.5f, -1.25f, -0.75f, 2}),
                  Tensor::Of<float>({2, 3, 2}, {0.25f, 0.75f, 0.5f, 0.75f, -1, 0.25f, -0.25f,
                                                -0.25f, -0.75f, -0.25f, -0.75f, 0.25f})},
                 {{"strides", std::vector<int64_t>{1, 1, 1, 1}},
                  {"rates", std::vector<int64_t>{1, 1, 1, 1}},
                  {"padding", "SAME"}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code("Dilation2DBackpropInput",
           {Tensor::Of<float>(
                {1, 4, 5, 2},
                {-2,     1.75f,  0.5f,   -0.75f, -1.75f, 2,      -0.75f, 1,     2,     -1.5f,
                 -1.75f, 0.75f,  -1,     -0.25f, -0.25f, -0.25f, -0.5f,  0.5f,  1.25f, -1.25f,
                 1.25f,  -1.75f, 2,      0,      1.5f,   1,      1.5f,   0.75f, -0.5f, 2,
                 -2,     -0.75f, -1.25f, 1.25f,  0.5f,   1.75f,  -1.25f, 1.5f,  1.25f, 0.25f}),
            Tensor::Of<float>({2, 3, 2}, {0.25f, 0.75f, 0.5f, 0.75f, -1, 0.25f, -0.25f, -0.25f,
                                          -0.75f, -0.25f, -0.75f, 0.25f}),
            Tensor::Of<float>(
                {1, 4, 4, 2},
                {-1.25f, -1.75f, 1.5f,  0.75f,  0.75f, -1.25f, 0.5f,   -1.75f, -1.25f, 0.25f, -1,
                 0.5f,   0.5f,   1.25f, -1.75f, 2,     -0.75f, 1.75f,  1.25f,  -1.75f, -1.5f, -1,
                 -1.75f, 1,      1,     0.75f,  -2,    0.75f,  -1.75f, -0.5f,  0.25f,  -0.75f})},
           {{"strides", std::vector<int64_t>{1, 1, 1, 1}},
            {"rates", std::vector<int64_t>{1, 1, 1, 1}},
            {"padding", "SAME"}}),
      absl::StatusCode::kInvalidArgument);
}

MR_GRADIENT_EXAMPLE({.op = "Dilation2D",
                     .inputs = {Tensor::Of<double>({1, 3, 4, 2}, {0,
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
                                                                  6.29}),
                                Tensor::Of<double>({2, 2, 2},
                                                   {0, 0.33, 0.66, 0.11, 0.44, 0.77, 0.22, 0.55})},
                     .attrs = {{"strides", std::vector<int64_t>{1, 1, 1, 1}},
                               {"rates", std::vector<int64_t>{1, 1, 1, 1}},
                               {"padding", "SAME"}}});

}  // namespace
}  // namespace millrace
