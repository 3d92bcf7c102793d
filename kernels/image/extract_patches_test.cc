// Expected values are TensorFlow 2.21's; the codes of bad attributes are those of its graphs.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterExtractPatches(Registry& r);

namespace {

struct ExtractPatchesTest : OpTest {
  ExtractPatchesTest() : OpTest({RegisterExtractPatches}) {}
};

TEST_F(ExtractPatchesTest, Images) {
  EXPECT_TENSOR_NEAR(
      Run1("ExtractImagePatches",
           {Tensor::Of<float>({2, 4, 3, 2},
                              {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16,
                               17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32,
                               33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48})},
           {{"ksizes", std::vector<int64_t>{1, 2, 2, 1}},
            {"strides", std::vector<int64_t>{1, 1, 1, 1}},
            {"rates", std::vector<int64_t>{1, 1, 1, 1}},
            {"padding", "VALID"}}),
      Tensor::Of<float>(
          {2, 3, 2, 8},
          {1,  2,  3,  4,  7,  8,  9,  10, 3,  4,  5,  6,  9,  10, 11, 12, 7,  8,  9,  10,
           13, 14, 15, 16, 9,  10, 11, 12, 15, 16, 17, 18, 13, 14, 15, 16, 19, 20, 21, 22,
           15, 16, 17, 18, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33, 34, 27, 28, 29, 30,
           33, 34, 35, 36, 31, 32, 33, 34, 37, 38, 39, 40, 33, 34, 35, 36, 39, 40, 41, 42,
           37, 38, 39, 40, 43, 44, 45, 46, 39, 40, 41, 42, 45, 46, 47, 48}));
  EXPECT_TENSOR_NEAR(
      Run1("ExtractImagePatches",
           {Tensor::Of<float>({2, 4, 3, 2},
                              {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16,
                               17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32,
                               33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48})},
           {{"ksizes", std::vector<int64_t>{1, 3, 2, 1}},
            {"strides", std::vector<int64_t>{1, 2, 1, 1}},
            {"rates", std::vector<int64_t>{1, 1, 1, 1}},
            {"padding", "SAME"}}),
      Tensor::Of<float>(
          {2, 2, 3, 12},
          {1,  2,  3,  4,  7,  8,  9,  10, 13, 14, 15, 16, 3,  4,  5,  6,  9,  10, 11, 12, 15,
           16, 17, 18, 5,  6,  0,  0,  11, 12, 0,  0,  17, 18, 0,  0,  13, 14, 15, 16, 19, 20,
           21, 22, 0,  0,  0,  0,  15, 16, 17, 18, 21, 22, 23, 24, 0,  0,  0,  0,  17, 18, 0,
           0,  23, 24, 0,  0,  0,  0,  0,  0,  25, 26, 27, 28, 31, 32, 33, 34, 37, 38, 39, 40,
           27, 28, 29, 30, 33, 34, 35, 36, 39, 40, 41, 42, 29, 30, 0,  0,  35, 36, 0,  0,  41,
           42, 0,  0,  37, 38, 39, 40, 43, 44, 45, 46, 0,  0,  0,  0,  39, 40, 41, 42, 45, 46,
           47, 48, 0,  0,  0,  0,  41, 42, 0,  0,  47, 48, 0,  0,  0,  0,  0,  0}));
  EXPECT_TENSOR_NEAR(
      Run1("ExtractImagePatches",
           {Tensor::Of<float>({2, 4, 3, 2},
                              {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16,
                               17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32,
                               33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48})},
           {{"ksizes", std::vector<int64_t>{1, 2, 2, 1}},
            {"strides", std::vector<int64_t>{1, 1, 2, 1}},
            {"rates", std::vector<int64_t>{1, 2, 2, 1}},
            {"padding", "SAME"}}),
      Tensor::Of<float>(
          {2, 4, 2, 8},
          {0,  0,  0, 0, 0,  0,  9,  10, 0, 0, 0,  0,  9,  10, 0,  0,  0,  0,  3, 4,  0,  0,
           15, 16, 3, 4, 0,  0,  15, 16, 0, 0, 0,  0,  9,  10, 0,  0,  21, 22, 9, 10, 0,  0,
           21, 22, 0, 0, 0,  0,  15, 16, 0, 0, 0,  0,  15, 16, 0,  0,  0,  0,  0, 0,  0,  0,
           0,  0,  0, 0, 33, 34, 0,  0,  0, 0, 33, 34, 0,  0,  0,  0,  27, 28, 0, 0,  39, 40,
           27, 28, 0, 0, 39, 40, 0,  0,  0, 0, 33, 34, 0,  0,  45, 46, 33, 34, 0, 0,  45, 46,
           0,  0,  0, 0, 39, 40, 0,  0,  0, 0, 39, 40, 0,  0,  0,  0,  0,  0}));
  EXPECT_TENSOR_NEAR(
      Run1("ExtractImagePatches",
           {Tensor::Of<float>({2, 4, 3, 2},
                              {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16,
                               17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32,
                               33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48})},
           {{"ksizes", std::vector<int64_t>{1, 2, 2, 1}},
            {"strides", std::vector<int64_t>{1, 1, 1, 1}},
            {"rates", std::vector<int64_t>{1, 2, 1, 1}},
            {"padding", "VALID"}}),
      Tensor::Of<float>(
          {2, 2, 2, 8},
          {1,  2,  3,  4,  13, 14, 15, 16, 3,  4,  5,  6,  15, 16, 17, 18, 7,  8,  9,  10, 19, 20,
           21, 22, 9,  10, 11, 12, 21, 22, 23, 24, 25, 26, 27, 28, 37, 38, 39, 40, 27, 28, 29, 30,
           39, 40, 41, 42, 31, 32, 33, 34, 43, 44, 45, 46, 33, 34, 35, 36, 45, 46, 47, 48}));
}

TEST_F(ExtractPatchesTest, Types) {
  EXPECT_TENSOR_EQ(
      Run1("ExtractImagePatches", {Tensor::Of<uint8_t>({1, 3, 3, 1}, {0, 1, 2, 3, 4, 5, 6, 7, 8})},
           {{"ksizes", std::vector<int64_t>{1, 2, 2, 1}},
            {"strides", std::vector<int64_t>{1, 2, 2, 1}},
            {"rates", std::vector<int64_t>{1, 1, 1, 1}},
            {"padding", "SAME"}}),
      Tensor::Of<uint8_t>({1, 2, 2, 4}, {0, 1, 3, 4, 2, 0, 5, 0, 6, 7, 0, 0, 8, 0, 0, 0}));
}

TEST_F(ExtractPatchesTest, Volumes) {
  EXPECT_TENSOR_NEAR(
      Run1("ExtractVolumePatches",
           {Tensor::Of<double>({1, 3, 2, 2, 2}, {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12,
                                                 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24})},
           {{"ksizes", std::vector<int64_t>{1, 2, 2, 1, 1}},
            {"strides", std::vector<int64_t>{1, 1, 1, 1, 1}},
            {"padding", "VALID"}}),
      Tensor::Of<double>({1, 2, 1, 2, 8},
                         {1, 2,  5,  6,  9,  10, 13, 14, 3,  4,  7,  8,  11, 12, 15, 16,
                          9, 10, 13, 14, 17, 18, 21, 22, 11, 12, 15, 16, 19, 20, 23, 24}));
  EXPECT_TENSOR_NEAR(
      Run1("ExtractVolumePatches",
           {Tensor::Of<double>({1, 3, 2, 2, 2}, {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12,
                                                 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24})},
           {{"ksizes", std::vector<int64_t>{1, 2, 2, 2, 1}},
            {"strides", std::vector<int64_t>{1, 2, 1, 1, 1}},
            {"padding", "SAME"}}),
      Tensor::Of<double>(
          {1, 2, 2, 2, 16},
          {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 3, 4, 0,  0,  7,  8,
           0,  0,  11, 12, 0,  0,  15, 16, 0,  0,  5,  6,  7,  8,  0,  0,  0, 0, 13, 14, 15, 16,
           0,  0,  0,  0,  7,  8,  0,  0,  0,  0,  0,  0,  15, 16, 0,  0,  0, 0, 0,  0,  17, 18,
           19, 20, 21, 22, 23, 24, 0,  0,  0,  0,  0,  0,  0,  0,  19, 20, 0, 0, 23, 24, 0,  0,
           0,  0,  0,  0,  0,  0,  0,  0,  21, 22, 23, 24, 0,  0,  0,  0,  0, 0, 0,  0,  0,  0,
           0,  0,  23, 24, 0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0, 0}));
}

TEST_F(ExtractPatchesTest, Refuses) {
  EXPECT_EQ(
      Code("ExtractImagePatches",
           {Tensor::Of<float>({2, 4, 3, 2},
                              {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16,
                               17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32,
                               33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48})},
           {{"ksizes", std::vector<int64_t>{1, 2, 2}},
            {"strides", std::vector<int64_t>{1, 1, 1, 1}},
            {"rates", std::vector<int64_t>{1, 1, 1, 1}},
            {"padding", "SAME"}}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code("ExtractImagePatches",
           {Tensor::Of<float>({2, 4, 3, 2},
                              {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16,
                               17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32,
                               33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48})},
           {{"ksizes", std::vector<int64_t>{2, 2, 2, 1}},
            {"strides", std::vector<int64_t>{1, 1, 1, 1}},
            {"rates", std::vector<int64_t>{1, 1, 1, 1}},
            {"padding", "SAME"}}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code("ExtractImagePatches",
           {Tensor::Of<float>({2, 4, 3, 2},
                              {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16,
                               17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32,
                               33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48})},
           {{"ksizes", std::vector<int64_t>{1, 0, 2, 1}},
            {"strides", std::vector<int64_t>{1, 1, 1, 1}},
            {"rates", std::vector<int64_t>{1, 1, 1, 1}},
            {"padding", "SAME"}}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code("ExtractImagePatches",
           {Tensor::Of<float>({2, 4, 3, 2},
                              {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16,
                               17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32,
                               33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48})},
           {{"ksizes", std::vector<int64_t>{1, 9, 2, 1}},
            {"strides", std::vector<int64_t>{1, 1, 1, 1}},
            {"rates", std::vector<int64_t>{1, 1, 1, 1}},
            {"padding", "VALID"}}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("ExtractImagePatches",
                 {Tensor::Of<float>({4, 3, 2}, {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12,
                                                13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24})},
                 {{"ksizes", std::vector<int64_t>{1, 1, 1, 1}},
                  {"strides", std::vector<int64_t>{1, 1, 1, 1}},
                  {"rates", std::vector<int64_t>{1, 1, 1, 1}},
                  {"padding", "VALID"}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code("ExtractVolumePatches",
           {Tensor::Of<float>({2, 4, 3, 2},
                              {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16,
                               17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32,
                               33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48})},
           {{"ksizes", std::vector<int64_t>{1, 1, 1, 1, 1}},
            {"strides", std::vector<int64_t>{1, 1, 1, 1, 1}},
            {"padding", "VALID"}}),
      absl::StatusCode::kInvalidArgument);
}

MR_GRADIENT_EXAMPLE({.op = "ExtractImagePatches",
                     .inputs = {Tensor::Of<double>(
                         {2, 3, 4, 1},
                         {1.75, -0.5,  0,     0.5,  -0.75, 0, -0,   -1.75, 1,    0.5,  -0.75, -0.25,
                          0.5,  -0.25, -0.25, -1.5, 0.5,   0, 0.25, -1.5,  1.75, 0.25, -0.5,  2})},
                     .attrs = {{"ksizes", std::vector<int64_t>{1, 2, 3, 1}},
                               {"strides", std::vector<int64_t>{1, 2, 1, 1}},
                               {"rates", std::vector<int64_t>{1, 1, 1, 1}},
                               {"padding", "SAME"}}});
MR_GRADIENT_EXAMPLE({.op = "ExtractImagePatches",
                     .inputs = {Tensor::Of<double>(
                         {1, 4, 4, 2},
                         {-0,    -1.5,  -0.5, -2.25, 1,     -0.5, -0.75, 1,    -1.75, 0.5,   -2,
                          -0.75, -1.25, 1.5,  1.75,  -0.25, 0.75, -0.25, 0.5,  -0.75, -1.75, -1.75,
                          0.5,   2.25,  0.25, -0.5,  2,     0.25, 0,     0.25, -0.25, -0.25})},
                     .attrs = {{"ksizes", std::vector<int64_t>{1, 2, 2, 1}},
                               {"strides", std::vector<int64_t>{1, 1, 1, 1}},
                               {"rates", std::vector<int64_t>{1, 2, 2, 1}},
                               {"padding", "VALID"}}});
MR_GRADIENT_EXAMPLE({.op = "ExtractVolumePatches",
                     .inputs = {Tensor::Of<double>({1, 3, 2, 2, 1},
                                                   {-1.5, 0.5, -0, 1.25, -0.25, -2, -0, 1.75, -0.5,
                                                    -1, -1.25, -1})},
                     .attrs = {{"ksizes", std::vector<int64_t>{1, 2, 2, 1, 1}},
                               {"strides", std::vector<int64_t>{1, 1, 1, 1, 1}},
                               {"padding", "SAME"}}});

}  // namespace
}  // namespace millrace
