#include "micro/kernels/sqrt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

template <typename T>
std::vector<T> Roots(const std::vector<T>& values, Quantization in = {}, Quantization out = {}) {
  const auto size = static_cast<int32_t>(values.size());
  OpTest op(kSqrtOp);
  op.Add(Input<T>({size}, values, std::move(in)));
  op.AddOutput(Input<T>({size}, {}, std::move(out)));
  EXPECT_EQ(op.Run(), Status::kOk) << op.Reason();
  return op.Output<T>();
}

TEST(Sqrt, Float) { EXPECT_THAT(Roots<float>({4, 0, 0.0625f}), ElementsAre(2, 0, 0.25f)); }

// Recorded from ai-edge-litert's reference kernels.
TEST(Sqrt, Quantised) {
  const std::vector<int8_t> bytes = {-100, -99, -80, -37, 0, 1, 64, 127};
  EXPECT_THAT(Roots(bytes, Quant(0.1f, -100), Quant(0.03f, 5)),
              ElementsAre(5, 15, 52, 88, 110, 110, 127, 127));
  EXPECT_THAT(Roots(bytes, Quant(0.1f, -100), Quant(0.05f, -128)),
              ElementsAre(-128, -122, -100, -78, -65, -65, -48, -33));
  const std::vector<int16_t> words = {0, 1, 2, 100, 1000, 20000, 32767};
  EXPECT_THAT(Roots(words, Quant(0.001f), Quant(0.0002f)),
              ElementsAre(0, 158, 223, 1581, 5000, 22360, 28621));
  EXPECT_THAT(Roots(words, Quant(0.003f), Quant(0.0001f)),
              ElementsAre(0, 547, 774, 5477, 17320, 32767, 32767));
}

TEST(Sqrt, OfANegativeValueFails) {
  OpTest op(kSqrtOp);
  op.Add(Input<int8_t>({1}, {-6}, Quant(1, -5))).AddOutput(Input<int8_t>({1}, {}, Quant(1)));
  EXPECT_EQ(op.Run(), Status::kInvokeFailed);
}

TEST(Sqrt, StepsBeyondTheWordAreTheLargest) {
  EXPECT_THAT(Roots<int8_t>({1, 127}, Quant(1e30f), Quant(1e-30f)), ElementsAre(127, 127));
}

TEST(Sqrt, RefusesAnOutputWithoutScale) {
  OpTest op(kSqrtOp);
  op.Add(Input<int8_t>({1}, {}, Quant(1))).AddOutput(Input<int8_t>({1}));
  EXPECT_EQ(op.Run(), Status::kInvalidQuantization);
}

TEST(Sqrt, RefusesOtherTypes) {
  OpTest op(kSqrtOp);
  op.Add(Input<int32_t>({1})).AddOutput(Input<int32_t>({1}));
  EXPECT_EQ(op.Run(), Status::kUnsupportedType);
}

}  // namespace
}  // namespace millrace::micro::testing
