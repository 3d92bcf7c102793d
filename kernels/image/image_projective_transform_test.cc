// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterImageProjectiveTransform(Registry& r);

namespace {

struct ProjectiveTransformTest : OpTest {
  ProjectiveTransformTest() : OpTest({RegisterImageProjectiveTransform}) {}

  // A row of five pixels, seen from `left` pixels further left, with `fill` beyond.
  Tensor Moved(float left, const char* interpolation, const char* mode, float fill = 9) {
    return Run1("ImageProjectiveTransformV3",
                {Tensor::Of<float>({1, 1, 5, 1}, {1, 2, 3, 4, 5}),
                 Tensor::Of<float>({1, 8}, {1, 0, -left, 0, 1, 0, 0, 0}),
                 Tensor::Vector<int32_t>({1, 5}), Tensor::Scalar<float>(fill)},
                {{"interpolation", interpolation}, {"fill_mode", mode}});
  }
};

Tensor Row(std::initializer_list<float> values) { return Tensor::Of<float>({1, 1, 5, 1}, values); }

TEST_F(ProjectiveTransformTest, FillModes) {
  EXPECT_TENSOR_EQ(Moved(2, "NEAREST", "CONSTANT"), Row({9, 9, 1, 2, 3}));
  EXPECT_TENSOR_EQ(Moved(2, "NEAREST", "REFLECT"), Row({2, 1, 1, 2, 3}));
  EXPECT_TENSOR_EQ(Moved(2, "NEAREST", "WRAP"), Row({4, 5, 1, 2, 3}));
  EXPECT_TENSOR_EQ(Moved(2, "NEAREST", "NEAREST"), Row({1, 1, 1, 2, 3}));
  EXPECT_TENSOR_EQ(Moved(-2, "NEAREST", "REFLECT"), Row({3, 4, 5, 5, 4}));
  EXPECT_TENSOR_EQ(Moved(-2, "NEAREST", "WRAP"), Row({3, 4, 5, 1, 2}));
}

TEST_F(ProjectiveTransformTest, Mixes) {
  EXPECT_TENSOR_EQ(Moved(0.5f, "BILINEAR", "CONSTANT", 0), Row({0.5f, 1.5f, 2.5f, 3.5f, 4.5f}));
}

TEST_F(ProjectiveTransformTest, Turns) {
  // A quarter turn, in V2, of integers.
  EXPECT_TENSOR_EQ(
      Run1("ImageProjectiveTransformV2",
           {Tensor::Of<uint8_t>({1, 2, 2, 1}, {1, 2, 3, 4}),
            Tensor::Of<float>({1, 8}, {0, -1, 1, 1, 0, 0, 0, 0}), Tensor::Vector<int32_t>({2, 2})},
           {{"interpolation", "NEAREST"}}),
      Tensor::Of<uint8_t>({1, 2, 2, 1}, {2, 4, 1, 3}));
}

TEST_F(ProjectiveTransformTest, Refuses) {
  const absl::StatusCode bad = absl::StatusCode::kInvalidArgument;
  const auto code = [&](Shape images, Shape transforms, std::vector<int32_t> size,
                        const char* interpolation) {
    return Code("ImageProjectiveTransformV2",
                {*Tensor::CreateZeros(DType::kFloat, images),
                 *Tensor::CreateZeros(DType::kFloat, transforms), Tensor::Vector<int32_t>(size)},
                {{"interpolation", interpolation}});
  };
  EXPECT_EQ(code({2, 3, 3, 1}, {1, 8}, {2, 2}, "NEAREST"), absl::StatusCode::kOk);
  EXPECT_EQ(code({2, 3, 3}, {1, 8}, {2, 2}, "NEAREST"), bad);
  EXPECT_EQ(code({2, 3, 3, 1}, {1, 7}, {2, 2}, "NEAREST"), bad);
  EXPECT_EQ(code({2, 3, 3, 1}, {3, 8}, {2, 2}, "NEAREST"), bad);
  EXPECT_EQ(code({2, 3, 3, 1}, {1, 8}, {0, 2}, "NEAREST"), bad);
  EXPECT_EQ(code({2, 3, 3, 1}, {1, 8}, {2, 2}, "CUBIC"), bad);
}

}  // namespace
}  // namespace millrace
