// Values are held against TensorFlow's in tests/conformance; here properties, gradients and bad
// input.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterScaleAndTranslate(Registry& r);

namespace {

struct ScaleAndTranslateTest : OpTest {
  ScaleAndTranslateTest() : OpTest({RegisterScaleAndTranslate}) {}
};

Tensor Pixels() { return Tensor::Of<float>({1, 2, 3, 1}, {1, 2, 3, 4, 5, 6}); }

TEST_F(ScaleAndTranslateTest, MovesByWholePixels) {
  for (const char* kernel : {"lanczos3", "triangle", "keyscubic"}) {
    EXPECT_TENSOR_NEAR(Run1("ScaleAndTranslate",
                            {Pixels(), Tensor::Vector<int32_t>({2, 4}),
                             Tensor::Vector<float>({1, 1}), Tensor::Vector<float>({0, 1})},
                            {{"kernel_type", kernel}}),
                       Tensor::Of<float>({1, 2, 4, 1}, {0, 1, 2, 3, 0, 4, 5, 6}));
  }
}

TEST_F(ScaleAndTranslateTest, TakesMeansWhereItShrinks) {
  EXPECT_TENSOR_NEAR(
      Run1("ScaleAndTranslate",
           {Tensor::Of<float>({1, 1, 4, 1}, {1, 3, 5, 7}), Tensor::Vector<int32_t>({1, 2}),
            Tensor::Vector<float>({1, 0.5f}), Tensor::Vector<float>({0, 0})},
           {{"kernel_type", "box"}}),
      Tensor::Of<float>({1, 1, 2, 1}, {2, 6}));
}

TEST_F(ScaleAndTranslateTest, Refuses) {
  const Tensor size = Tensor::Vector<int32_t>({2, 2}), one = Tensor::Vector<float>({1, 1});
  EXPECT_EQ(Code("ScaleAndTranslate", {Pixels(), size, one, one}, {{"kernel_type", "cubic"}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("ScaleAndTranslate", {Pixels(), size, Tensor::Vector<float>({0, 1}), one}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("ScaleAndTranslate", {Pixels(), Tensor::Vector<int32_t>({2, 0}), one, one}),
            absl::StatusCode::kInvalidArgument);
  // Weights that no memory would hold.
  EXPECT_EQ(Code("ScaleAndTranslate",
                 {Tensor::Of<float>({1, 1, 50000, 1}, std::vector<float>(50000, 0.0f)),
                  Tensor::Vector<int32_t>({1, 50000}), Tensor::Vector<float>({1, 1e-30f}), one}),
            absl::StatusCode::kResourceExhausted);
}

MR_GRADIENT_EXAMPLE({.op = "ScaleAndTranslate",
                     .inputs = {Pixels(), Tensor::Vector<int32_t>({3, 2}),
                                Tensor::Vector<float>({1.5f, 0.7f}),
                                Tensor::Vector<float>({0.2f, -0.3f})},
                     .attrs = {{"kernel_type", "lanczos3"}},
                     .wrt = {0}});

}  // namespace
}  // namespace millrace
