#include "micro/kernels/rsqrt.h"

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

TEST(Rsqrt, Float) {
  EXPECT_THAT(Result<float>(kRsqrtOp, std::vector<float>{4, 1, 0.0625f}), ElementsAre(0.5f, 1, 4));
}

// Recorded from tflite-micro.
TEST(Rsqrt, Quantised) {
  EXPECT_THAT(Result<int8_t>(kRsqrtOp, std::vector<int8_t>{-5, -4, -3, 0, 3, 64, 127, 100},
                             Quant(0.037f, -5), Quant(0.05f, -11)),
              ElementsAre(127, 93, 63, 35, 26, 2, -2, -1));
  EXPECT_THAT(Result<int16_t>(kRsqrtOp, std::vector<int16_t>{32767, 7777, 5, 0, 3, 6400, 100},
                              Quant(0.00037f), Quant(0.005f)),
              ElementsAre(57, 118, 4650, 32767, 6003, 130, 1040));
}

TEST(Rsqrt, OfANegativeValueFails) {
  OpTest op(kRsqrtOp);
  op.Add(Input<int8_t>({1}, {-6}, Quant(1, -5))).AddOutput(Input<int8_t>({1}, {}, Quant(1)));
  EXPECT_EQ(op.Run(), Status::kInvokeFailed);
}

TEST(Rsqrt, RefusesAnOutputWithoutScale) {
  OpTest op(kRsqrtOp);
  op.Add(Input<int8_t>({1}, {}, Quant(1))).AddOutput(Input<int8_t>({1}));
  EXPECT_EQ(op.Run(), Status::kInvalidQuantization);
}

}  // namespace
}  // namespace millrace::micro::testing
