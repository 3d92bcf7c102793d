#include "micro/kernels/sqrt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

template <typename T>
std::vector<T> Result(const OpRegistration& registration, const std::vector<T>& values,
                      Quantization in = {}, Quantization out = {}) {
  const auto size = static_cast<int32_t>(values.size());
  OpTest op(registration);
  op.Add(Input<T>({size}, values, std::move(in)));
  op.AddOutput(Input<T>({size}, {}, std::move(out)));
  EXPECT_EQ(op.Run(), Status::kOk) << op.Reason();
  return op.Output<T>();
}

TEST(Sqrt, Float) {
  EXPECT_THAT(Result<float>(kSqrtOp, {4, 0, 0.0625f}), ElementsAre(2, 0, 0.25f));
}

// Recorded from ai-edge-litert's reference kernels.
TEST(Sqrt, Quantised) {
  const std::vector<int8_t> bytes = {-100, -99, -80, -37, 0, 1, 64, 127};
  EXPECT_THAT(Result(kSqrtOp, bytes, Quant(0.1f, -100), Quant(0.03f, 5)),
              ElementsAre(5, 15, 52, 88, 110, 110, 127, 127));
  EXPECT_THAT(Result(kSqrtOp, bytes, Quant(0.1f, -100), Quant(0.05f, -128)),
              ElementsAre(-128, -122, -100, -78, -65, -65, -48, -33));
  const std::vector<int16_t> words = {0, 1, 2, 100, 1000, 20000, 32767};
  EXPECT_THAT(Result(kSqrtOp, words, Quant(0.001f), Quant(0.0002f)),
              ElementsAre(0, 158, 223, 1581, 5000, 22360, 28621));
  EXPECT_THAT(Result(kSqrtOp, words, Quant(0.003f), Quant(0.0001f)),
              ElementsAre(0, 547, 774, 5477, 17320, 32767, 32767));
}

TEST(Sqrt, StepsBeyondTheWordAreTheLargest) {
  EXPECT_THAT(Result<int8_t>(kSqrtOp, {1, 127}, Quant(1e30f), Quant(1e-30f)),
              ElementsAre(127, 127));
}

TEST(Rsqrt, Float) {
  EXPECT_THAT(Result<float>(kRsqrtOp, {4, 1, 0.0625f}), ElementsAre(0.5f, 1, 4));
}

// Recorded from tflite-micro.
TEST(Rsqrt, Quantised) {
  EXPECT_THAT(Result<int8_t>(kRsqrtOp, {-5, -4, -3, 0, 3, 64, 127, 100}, Quant(0.037f, -5),
                             Quant(0.05f, -11)),
              ElementsAre(127, 93, 63, 35, 26, 2, -2, -1));
  EXPECT_THAT(
      Result<int16_t>(kRsqrtOp, {32767, 7777, 5, 0, 3, 6400, 100}, Quant(0.00037f), Quant(0.005f)),
      ElementsAre(57, 118, 4650, 32767, 6003, 130, 1040));
}

TEST(Rsqrt, OfLessThanAStepIsTheZeroPoint) {
  EXPECT_THAT(Result<int16_t>(kRsqrtOp, {1, 2, 32767}, Quant(0.02f), Quant(8e8f)),
              ElementsAre(0, 0, 0));
  EXPECT_THAT(Result<int8_t>(kRsqrtOp, {1, 2, 127}, Quant(0.02f), Quant(8e8f, -9)),
              ElementsAre(-9, -9, -9));
}

class Roots : public ::testing::TestWithParam<const OpRegistration*> {};
INSTANTIATE_TEST_SUITE_P(Both, Roots, ::testing::Values(&kSqrtOp, &kRsqrtOp));

TEST_P(Roots, OfANegativeValueFail) {
  OpTest op(*GetParam());
  op.Add(Input<int8_t>({1}, {-6}, Quant(1, -5))).AddOutput(Input<int8_t>({1}, {}, Quant(1)));
  EXPECT_EQ(op.Run(), Status::kInvokeFailed);
}

TEST_P(Roots, RefuseAnOutputWithoutScale) {
  OpTest op(*GetParam());
  op.Add(Input<int8_t>({1}, {}, Quant(1))).AddOutput(Input<int8_t>({1}));
  EXPECT_EQ(op.Run(), Status::kInvalidQuantization);
}

TEST_P(Roots, RefuseOtherTypes) {
  OpTest op(*GetParam());
  op.Add(Input<int32_t>({1})).AddOutput(Input<int32_t>({1}));
  EXPECT_EQ(op.Run(), Status::kUnsupportedType);
}

}  // namespace
}  // namespace millrace::micro::testing
