#include "micro/kernels/quantize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

template <typename Out, typename In>
std::vector<Out> Result(const OpRegistration& registration, const std::vector<In>& values,
                        Quantization in = {}, Quantization out = {}) {
  const auto size = static_cast<int32_t>(values.size());
  OpTest op(registration);
  op.Add(Input<In>({size}, values, std::move(in)));
  op.AddOutput(Input<Out>({size}, {}, std::move(out)));
  EXPECT_EQ(op.Run(), Status::kOk) << op.Reason();
  return op.Output<Out>();
}

const std::vector<int8_t> kBytes = {-128, -77, -5, 0, 3, 64, 127, 100};
const std::vector<int16_t> kWords = {-32768, -7777, -5, 0, 3, 6400, 32767, 100};

// Recorded from tflite-micro.
TEST(Quantize, FromFloat) {
  EXPECT_THAT(
      Result<int8_t>(kQuantizeOp,
                     std::vector<float>{-100, -1.475f, -0.025f, 0.025f, 0.0249f, 1.475f, 3, 100},
                     {}, Quant(0.05f, -11)),
      ElementsAre(-128, -41, -12, -10, -11, 19, 49, 127));
}

TEST(Quantize, FloatsThatNoIntegerHolds) {
  EXPECT_THAT(
      Result<int16_t>(kQuantizeOp, std::vector<float>{1e30f, -INFINITY, NAN}, {}, Quant(0.001f)),
      ElementsAre(32767, -32768, 0));
}

// Recorded from tflite-micro.
TEST(Quantize, ToAnotherScale) {
  EXPECT_THAT(Result<int8_t>(kQuantizeOp, kBytes, Quant(0.037f, -5), Quant(0.05f, -11)),
              ElementsAre(-102, -64, -11, -7, -5, 40, 87, 67));
  EXPECT_THAT(Result<int16_t>(kQuantizeOp, kBytes, Quant(0.037f, -5), Quant(0.0005f)),
              ElementsAre(-9102, -5328, 0, 370, 592, 5106, 9768, 7770));
  EXPECT_THAT(Result<int8_t>(kQuantizeOp, kWords, Quant(0.00037f), Quant(0.05f, -11)),
              ElementsAre(-128, -69, -11, -11, -11, 36, 127, -10));
  EXPECT_THAT(Result<int8_t>(kQuantizeOp, std::vector<int32_t>{-128000, -777, -5, 0, 640, 1270},
                             Quant(0.001f), Quant(0.05f, -11)),
              ElementsAre(-128, -27, -11, -11, 2, 14));
  EXPECT_THAT(Result<uint8_t>(kQuantizeOp, kBytes, Quant(1), Quant(1, 128)),
              ElementsAre(0, 51, 123, 128, 131, 192, 255, 228));
}

TEST(Quantize, RefusesWhatDoesNotFit) {
  OpTest scales(kQuantizeOp);
  scales.Add(Input<float>({1})).AddOutput(Input<int8_t>({1}));
  EXPECT_EQ(scales.Run(), Status::kInvalidQuantization);
  OpTest types(kQuantizeOp);
  types.Add(Input<int64_t>({1})).AddOutput(Input<int8_t>({1}, {}, Quant(1)));
  EXPECT_EQ(types.Run(), Status::kUnsupportedType);
  OpTest output(kQuantizeOp);
  output.Add(Input<float>({1})).AddOutput(Input<float>({1}));
  EXPECT_EQ(output.Run(), Status::kUnsupportedType);
}

}  // namespace
}  // namespace millrace::micro::testing
