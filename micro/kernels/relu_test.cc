#include "micro/kernels/relu.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

TEST(Relu, Float) {
  const std::vector<float> x = {-7, -0.5f, 0.5f, 1.5f, 7};
  EXPECT_THAT(Result<float>(kReluOp, x), ElementsAre(0, 0, 0.5f, 1.5f, 7));
  EXPECT_THAT(Result<float>(kRelu6Op, x), ElementsAre(0, 0, 0.5f, 1.5f, 6));
  EXPECT_THAT(Result<float>(kReluN1To1Op, x), ElementsAre(-1, -0.5f, 0.5f, 1, 1));
  EXPECT_THAT(Result<float>(kRelu0To1Op, x), ElementsAre(0, 0, 0.5f, 1, 1));
}

// Recorded from tflite-micro.
TEST(Relu, QuantisedToAnotherScale) {
  EXPECT_THAT(Result<int8_t>(kReluOp, kBytes, Quant(0.037f, -5), Quant(0.05f, -11)),
              ElementsAre(-11, -11, -11, -7, -5, 40, 87, 67));
  EXPECT_THAT(Result<int16_t>(kReluOp, kWords, Quant(0.00037f), Quant(0.0005f)),
              ElementsAre(0, 0, 0, 0, 2, 4736, 24248, 74));
}

TEST(Relu, BoundsInStepsOfOneScale) {
  EXPECT_THAT(Result<int8_t>(kRelu6Op, kBytes, Quant(0.125f, -5), Quant(0.125f, -5)),
              ElementsAre(-5, -5, -5, 0, 3, 43, 43, 43));
  EXPECT_THAT(Result<int8_t>(kReluN1To1Op, kBytes, Quant(0.125f, -5), Quant(0.125f, -5)),
              ElementsAre(-13, -13, -5, 0, 3, 3, 3, 3));
  EXPECT_THAT(Result<uint8_t>(kRelu0To1Op, std::vector<uint8_t>{0, 128, 130, 255},
                              Quant(0.125f, 128), Quant(0.125f, 128)),
              ElementsAre(128, 128, 130, 136));
}

TEST(Relu, RefusesWhatDoesNotFit) {
  OpTest types(kReluOp);
  types.Add(Input<int32_t>({1})).AddOutput(Input<int32_t>({1}));
  EXPECT_EQ(types.Run(), Status::kUnsupportedType);
  OpTest scales(kRelu6Op);
  scales.Add(Input<int8_t>({1})).AddOutput(Input<int8_t>({1}));
  EXPECT_EQ(scales.Run(), Status::kInvalidQuantization);
}

}  // namespace
}  // namespace millrace::micro::testing
