#include "micro/kernels/signal_fft.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/testing/custom_options_writer.h"
#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::HasSubstr;
using ::testing::Pointwise;

std::vector<uint8_t> Length(int32_t length) { return CustomOptionsBytes({{"fft_length", length}}); }

TEST(SignalFftAutoScale, UsesAllBits) {
  struct Case {
    int16_t x, y;
    int32_t exponent;
  };
  for (const Case& c : {Case{1, 16384, 14},
                        {-1, -16384, 14},
                        {0, 0, 0},
                        {16383, 32766, 1},
                        {16384, 16384, 0},
                        {-32768, -32768, 0},
                        {-300, -19200, 6}}) {
    OpTest op(kSignalFftAutoScaleOp);
    op.Add(Input<int16_t>({2}, {0, c.x})).AddOutput(Input<int16_t>({2}));
    op.AddOutput(Input<int32_t>({}));
    ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
    EXPECT_THAT(op.Output<int16_t>(0), ElementsAre(0, c.y));
    EXPECT_THAT(op.Output<int32_t>(1), ElementsAre(c.exponent));
  }
}

// A cosine of one turn and a constant: the transform has 4 at frequency 1 and 8 at 0. The second
// row is an impulse.
TEST(SignalRfft, FloatThereAndBack) {
  const std::vector<float> samples = {
      2, 1.70710678f, 1, 0.29289322f, 0, 0.29289322f, 1, 1.70710678f, 1, 0, 0, 0, 0, 0, 0, 0};
  const std::vector<float> spectrum = {8, 0, 4, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0};
  OpTest op(kSignalRfftOp);
  op.Add(Input<float>({2, 8}, samples)).AddOutput(Input<float>({2, 10})).SetCustom(Length(8));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(), Pointwise(FloatNear(1e-6f), spectrum));
  OpTest back(kSignalIrfftOp);
  back.Add(Input<float>({2, 10}, spectrum)).AddOutput(Input<float>({2, 8})).SetCustom(Length(8));
  ASSERT_EQ(back.Run(), Status::kOk) << back.Reason();
  EXPECT_THAT(back.Output<float>(), Pointwise(FloatNear(1e-6f), samples));
}

TEST(SignalRfft, IntegersAreDividedByTheLengthAndPaddedWithZeros) {
  OpTest op16(kSignalRfftOp);
  op16.Add(Input<int16_t>({1}, {16000})).AddOutput(Input<int16_t>({6})).SetCustom(Length(4));
  ASSERT_EQ(op16.Run(), Status::kOk) << op16.Reason();
  EXPECT_THAT(op16.Output<int16_t>(), ElementsAre(4000, 0, 4000, 0, 4000, 0));
  OpTest op32(kSignalRfftOp);
  op32.Add(Input<int32_t>({1}, {1 << 20})).AddOutput(Input<int32_t>({6})).SetCustom(Length(4));
  ASSERT_EQ(op32.Run(), Status::kOk) << op32.Reason();
  EXPECT_THAT(op32.Output<int32_t>(), ElementsAre(1 << 18, 0, 1 << 18, 0, 1 << 18, 0));
}

TEST(SignalRfft, RefusesWhatDoesNotFit) {
  OpTest length(kSignalRfftOp);
  length.Add(Input<int16_t>({6})).AddOutput(Input<int16_t>({8})).SetCustom(Length(6));
  EXPECT_EQ(length.Run(), Status::kUnsupported);
  EXPECT_THAT(length.Reason(), HasSubstr("power of two"));

  OpTest too_long(kSignalRfftOp);
  too_long.Add(Input<int16_t>({9})).AddOutput(Input<int16_t>({10})).SetCustom(Length(8));
  EXPECT_EQ(too_long.Run(), Status::kInvalidShape);

  OpTest rows(kSignalIrfftOp);
  rows.Add(Input<int16_t>({2, 10})).AddOutput(Input<int16_t>({1, 8})).SetCustom(Length(8));
  EXPECT_EQ(rows.Run(), Status::kInvalidShape);

  OpTest short_inverse(kSignalIrfftOp);
  short_inverse.Add(Input<int16_t>({10})).AddOutput(Input<int16_t>({7})).SetCustom(Length(8));
  EXPECT_EQ(short_inverse.Run(), Status::kInvalidShape);

  OpTest type(kSignalRfftOp);
  type.Add(Input<int8_t>({8})).AddOutput(Input<int8_t>({10})).SetCustom(Length(8));
  EXPECT_EQ(type.Run(), Status::kUnsupportedType);
}

}  // namespace
}  // namespace millrace::micro::testing
