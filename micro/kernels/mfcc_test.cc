#include "micro/kernels/mfcc.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "micro/testing/custom_options_writer.h"
#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

OpTest Make(const std::vector<float>& spectrum, int32_t channels, int32_t coefficients,
            int32_t rate = 16000) {
  OpTest op(kMfccOp);
  op.Add(Input<float>({1, 1, static_cast<int32_t>(spectrum.size())}, spectrum));
  op.Add(Input<int32_t>({}, {rate})).AddOutput(Input<float>({1, 1, coefficients}));
  op.SetCustom(CustomOptionsBytes(
      {{"filterbank_channel_count", channels}, {"dct_coefficient_count", coefficients}}));
  return op;
}

// Silence is the floor in each channel: only the mean differs from 0.
TEST(Mfcc, Silence) {
  OpTest op = Make(std::vector<float>(257), 40, 13);
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  const std::vector<float> output = op.Output<float>();
  EXPECT_NEAR(output[0], std::sqrt(80.0) * std::log(1e-12), 1e-3);
  for (size_t i = 1; i < output.size(); ++i) EXPECT_NEAR(output[i], 0, 1e-4) << i;
}

// One channel's triangle over bins of 1000 Hz: from 20 Hz over its centre to 4000 Hz.
TEST(Mfcc, OneTriangle) {
  OpTest op = Make({0, 0, 9, 0, 0, 0, 0, 0, 0}, 1, 1);
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  const auto mel = [](double f) { return 1127 * std::log1p(f / 700); };
  const double centre = (mel(20) + mel(4000)) / 2;
  const double weight = (mel(4000) - mel(2000)) / (mel(4000) - centre);
  EXPECT_NEAR(op.Output<float>()[0], std::sqrt(2.0) * std::log(3 * weight), 1e-5);
}

TEST(Mfcc, RefusesWhatDoesNotFit) {
  EXPECT_EQ(Make(std::vector<float>(257), 40, 13, 0).Run(), Status::kInvokeFailed);
  EXPECT_EQ(Make(std::vector<float>(257), 40, 13, 4000).Run(), Status::kInvokeFailed);
  EXPECT_EQ(Make(std::vector<float>(257), 4, 13).Run(), Status::kInvalidModel);
  EXPECT_EQ(Make(std::vector<float>(257), 0, 0).Run(), Status::kInvalidModel);
  EXPECT_EQ(Make(std::vector<float>(1), 40, 13).Run(), Status::kInvalidShape);
}

}  // namespace
}  // namespace millrace::micro::testing
