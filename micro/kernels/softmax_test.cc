// Integer results were recorded from TensorFlow Lite Micro 0.dev20261023.
#include "micro/kernels/softmax.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "micro/core/op_options.h"
#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::Pointwise;

OpTest Softmax(const TestTensor& input, const TestTensor& output, float beta = 1.0f) {
  OpTest op(kSoftmaxOp);
  op.Add(input).AddOutput(output).Set(Options().Set(SoftmaxOptions::kBeta, beta));
  return op;
}

const std::vector<int8_t> kValues = {-128, -20, 0, 31, 127, 5, 4, 3, 2, 1};

TEST(Softmax, Float) {
  OpTest op = Softmax(Input<float>({2, 2}, {0, 1, 1000, -1000}), Input<float>({2, 2}), 0.5f);
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  const float e = std::exp(0.5f);
  EXPECT_THAT(op.Output<float>(),
              Pointwise(FloatNear(1e-6f), {1 / (1 + e), e / (1 + e), 1.0f, 0.0f}));
}

TEST(Softmax, Int8) {
  OpTest op = Softmax(Input<int8_t>({2, 5}, kValues, Quant(0.1f, 3)),
                      Input<int8_t>({2, 5}, {}, Quant(1 / 256.0f, -128)));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int8_t>(),
              ElementsAre(-128, -128, -128, -128, 127, -66, -72, -77, -82, -86));
}

TEST(Softmax, Int8ToInt16) {
  OpTest op = Softmax(Input<int8_t>({2, 5}, kValues, Quant(0.1f, 3)),
                      Input<int16_t>({2, 5}, {}, Quant(1 / 65536.0f, -32768)));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int16_t>(), ElementsAre(-32768, -32768, -32768, -32764, 32763, -16918,
                                                -18426, -19791, -21026, -22143));
}

TEST(Softmax, Int16) {
  OpTest op =
      Softmax(Input<int16_t>({2, 5}, {-32768, -2000, 0, 3100, 12700, 500, 400, 300, 200, 100},
                             Quant(0.001f)),
              Input<int16_t>({2, 5}, {}, Quant(1 / 32768.0f)));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int16_t>(), ElementsAre(2, 2, 2, 2, 32759, 7925, 7171, 6488, 5871, 5313));
}

TEST(Softmax, ThousandsOfEqualElementsDoNotOverflow) {
  OpTest op = Softmax(Input<int8_t>({8192}, std::vector<int8_t>(8192, 7), Quant(0.1f)),
                      Input<int8_t>({8192}, {}, Quant(1 / 256.0f, -128)));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int8_t>(), Each(-128));
}

TEST(Softmax, RefusesWhatDoesNotFit) {
  const TestTensor input = Input<int8_t>({2}, {1, 2}, Quant(0.1f));
  const Quantization unit = Quant(1 / 256.0f, -128);
  EXPECT_EQ(Softmax(input, Input<int8_t>({2}, {}, unit)).Run(), Status::kOk);
  EXPECT_EQ(Softmax(input, Input<int8_t>({1, 2}, {}, unit)).Run(), Status::kInvalidShape);
  EXPECT_EQ(Softmax(input, Input<int8_t>({2}, {}, Quant(1 / 256.0f))).Run(),
            Status::kInvalidQuantization);
  EXPECT_EQ(Softmax(input, Input<int8_t>({2}, {}, Quant(0.5f, -128))).Run(),
            Status::kInvalidQuantization);
  EXPECT_EQ(Softmax(input, Input<int8_t>({2}, {}, unit), 0.0f).Run(), Status::kInvalidQuantization);
  EXPECT_EQ(Softmax(input, Input<int8_t>({2}, {}, unit), -1.0f).Run(),
            Status::kInvalidQuantization);
  EXPECT_EQ(Softmax(input, Input<float>({2})).Run(), Status::kUnsupportedType);
  EXPECT_EQ(Softmax(Input<int32_t>({2}, {1, 2}), Input<int32_t>({2})).Run(),
            Status::kUnsupportedType);
}

}  // namespace
}  // namespace millrace::micro::testing
