#include "micro/kernels/exp_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatEq;

template <typename T>
OpTest Make(const OpRegistration& registration, const std::vector<T>& values,
            const Quantization& in = {}, const Quantization& out = {}) {
  OpTest op(registration);
  const auto size = static_cast<int32_t>(values.size());
  op.Add(Input<T>({size}, values, in)).AddOutput(Input<T>({size}, {}, out));
  return op;
}

TEST(ExpLog, Floats) {
  OpTest exp = Make<float>(kExpOp, {0, 1});
  ASSERT_EQ(exp.Run(), Status::kOk) << exp.Reason();
  EXPECT_THAT(exp.Output<float>(), ElementsAre(1, FloatEq(2.7182818f)));
  OpTest log = Make<float>(kLogOp, {1, 2.7182818f});
  ASSERT_EQ(log.Run(), Status::kOk) << log.Reason();
  EXPECT_THAT(log.Output<float>(), ElementsAre(0, FloatEq(1)));
}

TEST(ExpLog, Int8) {
  OpTest exp = Make<int8_t>(kExpOp, {-128, 3, 13, 127}, Quant(0.1f, 3), Quant(0.02f, -128));
  ASSERT_EQ(exp.Run(), Status::kOk) << exp.Reason();
  EXPECT_THAT(exp.Output<int8_t>(), ElementsAre(-128, -78, 8, 127));
  OpTest log = Make<int8_t>(kLogOp, {-128, 0, 10, 100}, Quant(0.1f), Quant(0.05f, 10));
  ASSERT_EQ(log.Run(), Status::kOk) << log.Reason();
  EXPECT_THAT(log.Output<int8_t>(), ElementsAre(-128, -128, 10, 56));
}

TEST(ExpLog, Int16) {
  OpTest exp = Make<int16_t>(kExpOp, {0, 10000, 32767}, Quant(1e-4f), Quant(1e-3f));
  ASSERT_EQ(exp.Run(), Status::kOk) << exp.Reason();
  const std::vector<int16_t> output = exp.Output<int16_t>();
  EXPECT_NEAR(output[0], 1000, 1);
  EXPECT_NEAR(output[1], 2718, 1);
  EXPECT_NEAR(output[2], 26485, 3);
}

TEST(ExpLog, RefusesWhatDoesNotFit) {
  EXPECT_EQ(Make<int8_t>(kExpOp, {0}).Run(), Status::kInvalidQuantization);
  EXPECT_EQ(Make<int16_t>(kLogOp, {0}, Quant(1, 1), Quant(1)).Run(), Status::kInvalidQuantization);
  EXPECT_EQ(Make<int32_t>(kExpOp, {0}).Run(), Status::kUnsupportedType);
}

}  // namespace
}  // namespace millrace::micro::testing
