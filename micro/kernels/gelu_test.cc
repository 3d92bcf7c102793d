#include "micro/kernels/gelu.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/core/op_options.h"
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

using ::testing::FloatNear;

TEST(Gelu, Float) {
  EXPECT_THAT(Result<float>(kGeluOp, std::vector<float>{-1, 0, 2}),
              ElementsAre(FloatNear(-0.15865525f, 1e-6f), 0, FloatNear(1.9544997f, 1e-6f)));
  OpTest op(kGeluOp);
  op.Add(Input<float>({2}, {-1, 2})).AddOutput(Input<float>({2}));
  op.Set(Options().Set(GeluOptions::kApproximate, true));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(),
              ElementsAre(FloatNear(-0.15880801f, 1e-6f), FloatNear(1.9545977f, 1e-6f)));
}

// Recorded from LiteRT's reference kernels.
TEST(Gelu, Int8) {
  EXPECT_THAT(Result<int8_t>(kGeluOp, kBytes, Quant(0.037f, -5), Quant(0.05f, -11)),
              ElementsAre(-11, -11, -11, -9, -7, 40, 87, 67));
}

TEST(Gelu, Int16) {
  const std::vector<int16_t> words = {-32768, -9000, -1234, 777, 15000, 32767};
  EXPECT_THAT(Result<int16_t>(kGeluOp, words, Quant(1e-4f), Quant(1e-4f)),
              ElementsAre(-18, -1657, -556, 412, 13997, 32749));
}

TEST(Gelu, RefusesWhatDoesNotFit) {
  OpTest types(kGeluOp);
  types.Add(Input<int32_t>({1})).AddOutput(Input<int32_t>({1}));
  EXPECT_EQ(types.Run(), Status::kUnsupportedType);
}

}  // namespace
}  // namespace millrace::micro::testing
