#include "micro/kernels/log_softmax.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::Pointwise;

TEST(LogSoftmax, Float) {
  OpTest op(kLogSoftmaxOp);
  op.Add(Input<float>({2, 2}, {0, 1, 100, -100})).AddOutput(Input<float>({2, 2}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  const float log_sum = std::log(1 + std::exp(1.0f));
  EXPECT_THAT(op.Output<float>(),
              Pointwise(FloatNear(1e-6f), {-log_sum, 1 - log_sum, 0.0f, -200.0f}));
}

// Recorded from TensorFlow Lite Micro 0.dev20261023.
TEST(LogSoftmax, Int8) {
  OpTest op(kLogSoftmaxOp);
  op.Add(Input<int8_t>({2, 5}, {-128, -20, 0, 31, 127, 5, 4, 3, 2, 1}, Quant(0.1f, 3)));
  op.AddOutput(Input<int8_t>({2, 5}, {}, Quant(1 / 16.0f, 127)));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int8_t>(), ElementsAre(-128, -108, -76, -27, 127, 104, 103, 101, 99, 98));
}

TEST(LogSoftmax, RefusesWhatDoesNotFit) {
  const auto run = [](const TestTensor& input, const TestTensor& output) {
    OpTest op(kLogSoftmaxOp);
    op.Add(input).AddOutput(output);
    return op.Run();
  };
  const TestTensor input = Input<int8_t>({2}, {1, 2}, Quant(0.1f));
  EXPECT_EQ(run(input, Input<int8_t>({2}, {}, Quant(1 / 16.0f, 127))), Status::kOk);
  EXPECT_EQ(run(input, Input<int8_t>({2}, {}, Quant(1 / 16.0f))), Status::kInvalidQuantization);
  EXPECT_EQ(run(input, Input<int8_t>({1}, {}, Quant(1 / 16.0f, 127))), Status::kInvalidShape);
  EXPECT_EQ(run(input, Input<float>({2})), Status::kUnsupportedType);
}

}  // namespace
}  // namespace millrace::micro::testing
