// Values are held against TensorFlow's in tests/conformance; here properties and bad input.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterExtractGlimpse(Registry& r);

namespace {

struct ExtractGlimpseTest : OpTest {
  ExtractGlimpseTest() : OpTest({RegisterExtractGlimpse}) {}
};

Tensor Image() { return Tensor::Of<float>({1, 2, 3, 1}, {1, 2, 3, 4, 5, 6}); }

TEST_F(ExtractGlimpseTest, ZeroNoiseIsZero) {
  EXPECT_TENSOR_EQ(
      Run1("ExtractGlimpseV2",
           {Image(), Tensor::Vector<int32_t>({2, 2}), Tensor::Of<float>({1, 2}, {1, 2})},
           {{"centered", false},
            {"normalized", false},
            {"uniform_noise", false},
            {"noise", "zero"}}),
      Tensor::Of<float>({1, 2, 2, 1}, {6, 0, 0, 0}));
}

TEST_F(ExtractGlimpseTest, NoiseStaysWithinTheImagesOwn) {
  for (const char* noise : {"uniform", "gaussian"}) {
    const Tensor out =
        Run1("ExtractGlimpse",
             {Image(), Tensor::Vector<int32_t>({9, 9}), Tensor::Of<float>({1, 2}, {-50, 50})},
             {{"normalized", false}, {"uniform_noise", false}, {"noise", noise}});
    bool differ = false;
    for (const float v : out.flat<float>()) {
      EXPECT_GE(v, 1);
      EXPECT_LE(v, 6);
      differ |= v != out.data<float>()[0];
    }
    EXPECT_TRUE(differ);
  }
}

TEST_F(ExtractGlimpseTest, Refuses) {
  const Tensor size = Tensor::Vector<int32_t>({2, 2}), at = Tensor::Of<float>({1, 2}, {0, 0});
  EXPECT_EQ(Code("ExtractGlimpse", {Image(), size, at}, {{"noise", "zero"}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code("ExtractGlimpse", {Image(), size, at}, {{"uniform_noise", false}, {"noise", "pink"}}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("ExtractGlimpse", {Image(), size, Tensor::Of<float>({2, 2}, {0, 0, 0, 0})}),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
