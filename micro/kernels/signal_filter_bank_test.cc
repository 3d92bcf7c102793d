#include "micro/kernels/signal_filter_bank.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/testing/custom_options_writer.h"
#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Two channels over four energies: band 0 is energies 0 and 1, band 1 is 1 and 2, band 2 is 3.
OpTest BankExample(const TestTensor& widths) {
  OpTest op(kSignalFilterBankOp);
  op.Add(Input<uint32_t>({4}, {1, 10, 100, 4000000000u}));
  op.Add(Constant<int16_t>({5}, {1, 2, 3, 4, 5})).Add(Constant<int16_t>({5}, {10, 20, 30, 40, 50}));
  op.Add(Constant<int16_t>({3}, {0, 1, 3})).Add(Constant<int16_t>({3}, {0, 2, 4}));
  op.Add(widths).AddOutput(TestTensor{TensorType::kUInt64, {2}});
  op.SetCustom(CustomOptionsBytes({{"num_channels", 2}}));
  return op;
}

OpTest BankExample(const std::vector<int16_t>& widths) {
  return BankExample(Constant<int16_t>({3}, widths));
}

TEST(SignalFilterBank, ChannelsFallInOneBandAndRiseInTheNext) {
  OpTest op = BankExample({2, 2, 1});
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  // 10 * 1 + 20 * 10 + 3 * 10 + 4 * 100, then 30 * 10 + 40 * 100 + 5 * 4000000000.
  EXPECT_THAT(op.Output<uint64_t>(), ElementsAre(640, 4300 + 20000000000u));
}

TEST(SignalFilterBank, RefusesBandsOutside) {
  for (const std::vector<int16_t>& widths :
       {std::vector<int16_t>{5, 2, 1}, {2, 2, 2}, {2, -1, 1}}) {
    OpTest op = BankExample(widths);
    EXPECT_EQ(op.Run(), Status::kInvalidShape);
    EXPECT_THAT(op.Reason(), HasSubstr("outside"));
  }
}

TEST(SignalFilterBank, RefusesTablesThatMayChange) {
  OpTest op = BankExample(Variable<int16_t>({3}));
  EXPECT_EQ(op.Run(), Status::kUnsupportedType);
  EXPECT_THAT(op.Reason(), HasSubstr("constants"));
}

TEST(SignalFilterBankSquareRoot, RoundsToNearest) {
  const auto big = [](uint64_t x) { return x; };
  const std::vector<uint64_t> squares = {
      0, 1, 2, 3, 6, 7, 4294967295u, big(4295032833), big(1) << 40, ~big(0)};
  TestTensor input{TensorType::kUInt64, {10}};
  input.data = BytesOfValues(squares);
  OpTest op(kSignalFilterBankSquareRootOp);
  op.Add(input).Add(Input<int32_t>({}, {0})).AddOutput(Input<uint32_t>({10}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<uint32_t>(),
              ElementsAre(0, 1, 1, 2, 2, 3, 65535, 65537, 1 << 20, 4294967295u));
}

TEST(SignalFilterBankSquareRoot, DividesByAPowerOfTwo) {
  TestTensor input{TensorType::kUInt64, {1}};
  input.data = BytesOfValues<uint64_t>({1000000});
  for (const auto& [bits, expected] : {std::pair(3, 125), {10, 0}}) {
    OpTest op(kSignalFilterBankSquareRootOp);
    op.Add(input).Add(Input<int32_t>({}, {bits})).AddOutput(Input<uint32_t>({1}));
    ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
    EXPECT_THAT(op.Output<uint32_t>(), ElementsAre(expected));
  }
  OpTest op(kSignalFilterBankSquareRootOp);
  op.Add(input).Add(Input<int32_t>({}, {32})).AddOutput(Input<uint32_t>({1}));
  EXPECT_EQ(op.Run(), Status::kInvokeFailed);
}

// Results of the next three as tensorflow lite micro has them.
TEST(SignalSpectralSubtraction, FollowsTheNoiseUntilReset) {
  OpTest op(kSignalFilterBankSpectralSubtractionOp);
  op.Add(Input<uint32_t>({6}, {1, 123456, 4000000000u, 5, 70000, 1000000}));
  op.AddOutput(Input<uint32_t>({6})).AddOutput(Input<uint32_t>({6}));
  op.SetCustom(CustomOptionsBytes({{"num_channels", 6},
                                   {"smoothing", 410},
                                   {"one_minus_smoothing", 15974},
                                   {"alternate_smoothing", 819},
                                   {"alternate_one_minus_smoothing", 15565},
                                   {"smoothing_bits", 10},
                                   {"min_signal_remaining", 819},
                                   {"clamping", 0},
                                   {"spectral_subtraction_bits", 14}}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  const std::vector<uint32_t> first = op.Output<uint32_t>(1);
  ASSERT_EQ(op.RunAgain(), Status::kOk);
  EXPECT_NE(op.Output<uint32_t>(1), first);
  ASSERT_EQ(op.interpreter().Reset(), Status::kOk);
  ASSERT_EQ(op.RunAgain(), Status::kOk);
  EXPECT_EQ(op.Output<uint32_t>(1), first);
}

TEST(SignalSpectralSubtraction, Recorded) {
  OpTest op(kSignalFilterBankSpectralSubtractionOp);
  op.Add(Input<uint32_t>({6}, {1000000, 70000, 5, 4000000000u, 123456, 1}));
  op.AddOutput(Input<uint32_t>({6})).AddOutput(Input<uint32_t>({6}));
  op.SetCustom(CustomOptionsBytes({{"smoothing", 410},
                                   {"one_minus_smoothing", 15974},
                                   {"alternate_smoothing", 819},
                                   {"alternate_one_minus_smoothing", 15565},
                                   {"smoothing_bits", 10},
                                   {"min_signal_remaining", 819},
                                   {"spectral_subtraction_bits", 14}}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  ASSERT_EQ(op.RunAgain(), Status::kOk);
  EXPECT_EQ(op.Output<uint32_t>(0),
            (std::vector<uint32_t>{950577, 63176, 4, 199951171, 117354, 0}));
  EXPECT_EQ(op.Output<uint32_t>(1),
            (std::vector<uint32_t>{50608749, 6987137, 252, 282309101, 6247953, 99}));
}

TEST(SignalPcan, Recorded) {
  std::vector<int16_t> gains(125);
  for (uint64_t i = 0; i < gains.size(); ++i) {
    gains[i] = static_cast<int16_t>((i * 2654435761u >> 7) % 9000);
  }
  OpTest op(kSignalPCANOp);
  op.Add(Input<uint32_t>({8}, {100, 4000, 77777, 123456789, 4294967295u, 31, 8, 12345}));
  op.Add(Input<uint32_t>({8}, {0, 1, 2, 3, 10, 999, 70000, 4294967295u}));
  op.Add(Constant<int16_t>({125}, gains)).AddOutput(Input<uint32_t>({8}));
  op.SetCustom(CustomOptionsBytes({{"snr_shift", 6}}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<uint32_t>(), ElementsAre(0, 1673, 67497, 39980729, 54525885, 52, 0, 25792));
}

TEST(SignalPcan, RefusesAShortTable) {
  OpTest op(kSignalPCANOp);
  op.Add(Input<uint32_t>({1})).Add(Input<uint32_t>({1}));
  op.Add(Constant<int16_t>({124}, std::vector<int16_t>(124))).AddOutput(Input<uint32_t>({1}));
  EXPECT_EQ(op.Run(), Status::kInvalidShape);
}

TEST(SignalFilterBankLog, Recorded) {
  const std::vector<uint32_t> input = {0, 1, 2, 3, 255, 65535, 12345678, 4294967295u};
  const std::vector<std::pair<int32_t, std::vector<int16_t>>> cases = {
      {0, {0, 0, 1109, 1758, 8866, 17747, 26126, 32767}},
      {3, {0, 3327, 4436, 5085, 12193, 21074, 29453, 32767}}};
  for (const auto& [bits, expected] : cases) {
    OpTest op(kSignalFilterBankLogOp);
    op.Add(Input<uint32_t>({8}, input)).AddOutput(Input<int16_t>({8}));
    op.SetCustom(CustomOptionsBytes({{"output_scale", 1600}, {"input_correction_bits", bits}}));
    ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
    EXPECT_EQ(op.Output<int16_t>(), expected);
  }
}

}  // namespace
}  // namespace millrace::micro::testing
