#include "micro/kernels/logistic_tanh.h"

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

// The same values again and again, until a table of all bytes pays.
std::vector<int8_t> Many(const std::vector<int8_t>& values) {
  std::vector<int8_t> many;
  while (many.size() < 300) many.insert(many.end(), values.begin(), values.end());
  return many;
}

using ::testing::FloatNear;

TEST(LogisticTanh, Float) {
  EXPECT_THAT(Result<float>(kLogisticOp, std::vector<float>{-200, 0, 1, 200}),
              ElementsAre(0, 0.5f, FloatNear(0.73105858f, 1e-6f), 1));
  EXPECT_THAT(Result<float>(kTanhOp, std::vector<float>{-200, 0, 1, 200}),
              ElementsAre(-1, 0, FloatNear(0.76159416f, 1e-6f), 1));
}

// Recorded from tflite-micro.
TEST(LogisticTanh, Int8) {
  const std::vector<int8_t> logistic = {-125, -111, 0, 12, 19, 110, 126, 123};
  const std::vector<int8_t> tanh = {-128, -127, 0, 23, 37, 126, 127, 127};
  const Quantization in = Quant(0.037f, -5);
  EXPECT_EQ(Result<int8_t>(kLogisticOp, kBytes, in, Quant(1 / 256.0f, -128)), logistic);
  EXPECT_EQ(Result<int8_t>(kTanhOp, kBytes, in, Quant(1 / 128.0f)), tanh);
  EXPECT_EQ(Result<int8_t>(kLogisticOp, Many(kBytes), in, Quant(1 / 256.0f, -128)), Many(logistic));
  EXPECT_EQ(Result<int8_t>(kTanhOp, Many(kBytes), in, Quant(1 / 128.0f)), Many(tanh));
}

TEST(LogisticTanh, Int8BeyondWhatIsComputed) {
  const std::vector<int8_t> x = {-128, -1, 0, 1, 127};
  EXPECT_THAT(Result<int8_t>(kLogisticOp, x, Quant(7.9f), Quant(1 / 256.0f, -128)),
              ElementsAre(-128, -128, 0, 127, 127));
  EXPECT_THAT(Result<int8_t>(kTanhOp, x, Quant(7.9f), Quant(1 / 128.0f)),
              ElementsAre(-128, -128, 0, 127, 127));
}

TEST(LogisticTanh, Int16) {
  EXPECT_THAT(Result<int16_t>(kLogisticOp, kWords, Quant(0.00037f), Quant(1 / 32768.0f)),
              ElementsAre(1, 1746, 16369, 16384, 16393, 29961, 32767, 16687));
  EXPECT_THAT(Result<int16_t>(kTanhOp, kWords, Quant(0.00037f), Quant(1 / 32768.0f)),
              ElementsAre(-32767, -32561, -61, 0, 37, 32198, 32767, 1213));
  EXPECT_THAT(Result<int16_t>(kLogisticOp, kWords, Quant(1 / 4096.0f), Quant(1 / 32768.0f)),
              ElementsAre(11, 4268, 16374, 16384, 16390, 27089, 32757, 16584));
}

TEST(LogisticTanh, RefusesWhatDoesNotFit) {
  OpTest output(kLogisticOp);
  output.Add(Input<int8_t>({1}, {}, Quant(1))).AddOutput(Input<int8_t>({1}, {}, Quant(0.5f)));
  EXPECT_EQ(output.Run(), Status::kInvalidQuantization);
  OpTest wide(kTanhOp);
  wide.Add(Input<int16_t>({1}, {}, Quant(1, 3)));
  wide.AddOutput(Input<int16_t>({1}, {}, Quant(1 / 32768.0f)));
  EXPECT_EQ(wide.Run(), Status::kInvalidQuantization);
  OpTest types(kTanhOp);
  types.Add(Input<int32_t>({1})).AddOutput(Input<int32_t>({1}));
  EXPECT_EQ(types.Run(), Status::kUnsupportedType);
}

}  // namespace
}  // namespace millrace::micro::testing
