#include "micro/kernels/audio_spectrogram.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <utility>
#include <vector>

#include "micro/testing/custom_options_writer.h"
#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

OpTest Make(const std::vector<float>& samples, int32_t times, int32_t window, int32_t stride) {
  OpTest op(kAudioSpectrogramOp);
  op.Add(Input<float>({static_cast<int32_t>(samples.size()), 1}, samples));
  op.AddOutput(Input<float>({1, times, 5}));
  op.SetCustom(
      CustomOptionsBytes({{"window_size", window}, {"stride", stride}, {"magnitude_squared", 0}}));
  return op;
}

// A Hann window of a tone at bin k has half of the sum at k and a quarter at its neighbours.
TEST(AudioSpectrogram, ATone) {
  std::vector<float> samples;
  for (int i = 0; i < 12; ++i) samples.push_back(std::cos(6.28318530718f * 2 * i / 8));
  OpTest op = Make(samples, 3, 8, 2);
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  const std::vector<float> output = op.Output<float>();
  for (int t = 0; t < 3; ++t) {
    for (const auto& [bin, value] : {std::pair(0, 0.0f), {1, 1.0f}, {2, 2.0f}, {3, 1.0f}}) {
      EXPECT_NEAR(output[t * 5 + bin], value, 1e-5) << t << " " << bin;
    }
  }
}

TEST(AudioSpectrogram, FewerSamplesThanAWindowGiveNothing) {
  EXPECT_EQ(Make(std::vector<float>(7), 0, 8, 2).Run(), Status::kOk);
}

TEST(AudioSpectrogram, RefusesWhatDoesNotFit) {
  const std::vector<float> samples(12);
  EXPECT_EQ(Make(samples, 3, 1, 2).Run(), Status::kInvalidModel);
  EXPECT_EQ(Make(samples, 3, 8, 0).Run(), Status::kInvalidModel);
  EXPECT_EQ(Make(samples, 3, INT32_MAX, 1).Run(), Status::kInvalidModel);
  EXPECT_EQ(Make(samples, 4, 8, 2).Run(), Status::kInvalidShape);
  EXPECT_EQ(Make(samples, 3, 9, 2).Run(), Status::kInvalidShape);
}

}  // namespace
}  // namespace millrace::micro::testing
