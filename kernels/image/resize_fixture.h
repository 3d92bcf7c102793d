// What the tests of resizing ops share.
#pragma once

#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

// [1, 3, 4, 2].
inline Tensor ResizeImages() {
  return Tensor::Of<float>(
      {1, 3, 4, 2},
      {0.25f, 0.25f,  -1,     0.25f,  0.5f,  -0.75f, 0.75f,  0.25f, -1.25f, -1.25f, 0,     0.5f,
       1.75f, -0.75f, -1.25f, -0.25f, 1.75f, 1.5f,   -1.75f, 0.5f,  -1,     -1.5f,  -0.5f, 1.75f});
}

// The gradient of those images resized to 5 x 3.
inline Tensor ResizeGradients() {
  return Tensor::Of<float>({1, 5, 3, 2},
                           {0.5f, 1.5f, 1.25f, -2,    1.5f,  -1.75f, 0.5f,   -1,    -1.75f, 1.25f,
                            0,    1.5f, -2,    2,     1.25f, 1.5f,   -1,     -1,    -1.5f,  1.75f,
                            1,    2,    1.5f,  0.25f, 1.25f, 1.5f,   -1.75f, 0.25f, 2,      0.5f});
}

// [1, 3, 4, 1], and [1, 2, 2, 1].
inline Tensor ResizeBytes() {
  return Tensor::Of<uint8_t>({1, 3, 4, 1}, {0, 20, 40, 60, 80, 100, 120, 140, 160, 180, 200, 220});
}
inline Tensor ResizeDoubles() { return Tensor::Of<double>({1, 2, 2, 1}, {-0.75, 0, 0.75, 2}); }
// [1, 2, 3, 1], for gradients.
inline Tensor ResizeSmall() {
  return Tensor::Of<float>({1, 2, 3, 1}, {-0.75f, 2, 1, 0.25f, -0.75f, 0.75f});
}

struct ResizeTest : OpTest {
  using OpTest::OpTest;

  // A size of 0, one that is no pair, images without a batch.
  void ExpectRefusals(absl::string_view op) {
    const Tensor images = ResizeImages();
    for (const auto& size : {Tensor::Vector<int32_t>({0, 3}), Tensor::Vector<int32_t>({5})})
      EXPECT_EQ(Code(op, {images, size}), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(Code(op, {*images.Reshaped(Shape({3, 4, 2})), Tensor::Vector<int32_t>({5, 3})}),
              absl::StatusCode::kInvalidArgument);
  }
};

}  // namespace millrace
