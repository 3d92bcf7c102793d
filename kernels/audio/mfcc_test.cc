// Values are held against TensorFlow's in tests/conformance; here properties and bad input.
#include <algorithm>
#include <cmath>

#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterMfcc(Registry& r);
absl::Status RegisterAudioSpectrogram(Registry& r);

namespace {

struct MfccTest : OpTest {
  MfccTest() : OpTest({RegisterMfcc, RegisterAudioSpectrogram}) {}
};

TEST_F(MfccTest, ASinePeaksAtItsFrequency) {
  std::vector<float> sound;
  for (int i = 0; i < 200; ++i) sound.push_back(std::sin(2 * 3.14159265f * 5 * i / 64));
  const Tensor out =
      Run1("AudioSpectrogram", {Tensor::Of<float>({200, 1}, sound)},
           {{"window_size", int64_t{64}}, {"stride", int64_t{50}}, {"magnitude_squared", true}});
  ASSERT_EQ(out.shape(), Shape({1, 3, 33}));
  for (int64_t t = 0; t < 3; ++t) {
    const float* const at = out.data<float>() + 33 * t;
    EXPECT_EQ(std::max_element(at, at + 33) - at, 5);
    EXPECT_NEAR(at[5], 256, 0.1f);  // (64 / 4)^2 with von Hann's window
  }
}

TEST_F(MfccTest, OfEqualBandsTheFirstCoefficientAloneIsLeft) {
  // All bands are at the least that counts.
  const Tensor out = Run1(
      "Mfcc",
      {Tensor::Of<float>({1, 1, 33}, std::vector<float>(33, 0.0f)), Tensor::Scalar<int32_t>(16000)},
      {{"dct_coefficient_count", int64_t{3}}});
  const float first = std::sqrt(2.0f / 40) * 40 * std::log(1e-12f);
  EXPECT_NEAR(out.data<float>()[0], first, 1e-3f);
  EXPECT_NEAR(out.data<float>()[1], 0, 1e-4f);
  EXPECT_NEAR(out.data<float>()[2], 0, 1e-4f);
}

TEST_F(MfccTest, Refuses) {
  const Tensor spectrum = Tensor::Of<float>({1, 1, 9}, std::vector<float>(9, 1.0f));
  const Tensor rate = Tensor::Scalar<int32_t>(16000);
  EXPECT_EQ(Code("Mfcc", {spectrum, Tensor::Scalar<int32_t>(0)}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("Mfcc", {spectrum, rate}, {{"dct_coefficient_count", int64_t{41}}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("Mfcc", {spectrum, rate}, {{"upper_frequency_limit", 9500.0f}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("AudioSpectrogram", {Tensor::Of<float>({2, 1}, {0, 0})},
                 {{"window_size", int64_t{1}}, {"stride", int64_t{1}}}),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
