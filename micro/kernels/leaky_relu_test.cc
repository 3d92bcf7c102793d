#include "micro/kernels/leaky_relu.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "micro/core/op_options.h"
#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

const std::vector<int8_t> kBytes = {-128, -77, -5, 0, 3, 64, 127, 100};
const std::vector<int16_t> kWords = {-32768, -7777, -5, 0, 3, 6400, 32767, 100};

template <typename T>
std::vector<T> Result(float alpha, const std::vector<T>& values, Quantization in = {},
                      Quantization out = {}) {
  const auto size = static_cast<int32_t>(values.size());
  OpTest op(kLeakyReluOp);
  op.Add(Input<T>({size}, values, std::move(in))).AddOutput(Input<T>({size}, {}, std::move(out)));
  op.Set(Options().Set(LeakyReluOptions::kAlpha, alpha));
  EXPECT_EQ(op.Run(), Status::kOk) << op.Reason();
  return op.Output<T>();
}

TEST(LeakyRelu, Float) { EXPECT_THAT(Result<float>(0.5f, {-2, 0, 3}), ElementsAre(-1, 0, 3)); }

// Recorded from tflite-micro.
TEST(LeakyRelu, Quantised) {
  EXPECT_THAT(Result(0.1f, kBytes, Quant(0.037f, -5), Quant(0.05f, -11)),
              ElementsAre(-20, -16, -11, -7, -5, 40, 87, 67));
  EXPECT_THAT(Result(-0.3f, kBytes, Quant(0.037f, -5), Quant(0.05f, -11)),
              ElementsAre(16, 5, -11, -7, -5, 40, 87, 67));
  EXPECT_THAT(Result(0.1f, kWords, Quant(0.00037f), Quant(0.0005f)),
              ElementsAre(-2425, -576, 0, 0, 2, 4736, 24248, 74));
  EXPECT_THAT(Result<uint8_t>(0.5f, {0, 128, 200}, Quant(1, 128), Quant(1, 128)),
              ElementsAre(64, 128, 200));
}

TEST(LeakyRelu, RefusesAnAlphaThatIsNotANumber) {
  OpTest op(kLeakyReluOp);
  op.Add(Input<int8_t>({1}, {}, Quant(1))).AddOutput(Input<int8_t>({1}, {}, Quant(1)));
  op.Set(Options().Set(LeakyReluOptions::kAlpha, std::numeric_limits<float>::quiet_NaN()));
  EXPECT_EQ(op.Run(), Status::kInvalidQuantization);
}

}  // namespace
}  // namespace millrace::micro::testing
