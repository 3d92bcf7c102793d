#include "micro/kernels/dequantize.h"

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

TEST(Dequantize, Integers) {
  EXPECT_THAT(Result<float>(kDequantizeOp, std::vector<int8_t>{-128, 3, 127}, Quant(0.5f, 3)),
              ElementsAre(-65.5f, 0, 62));
  EXPECT_THAT(Result<float>(kDequantizeOp, std::vector<uint8_t>{0, 255}, Quant(0.5f, 128)),
              ElementsAre(-64, 63.5f));
  EXPECT_THAT(Result<float>(kDequantizeOp, std::vector<int16_t>{-32768, 2}, Quant(0.25f)),
              ElementsAre(-8192, 0.5f));
  EXPECT_THAT(Result<float>(kDequantizeOp, std::vector<int32_t>{-70000}, Quant(0.25f)),
              ElementsAre(-17500));
}

TEST(Dequantize, Float16) {
  TestTensor half =
      Input<uint16_t>({8}, {0x3C00, 0xC000, 0x3555, 0x0001, 0x8200, 0x7BFF, 0x7C00, 0x8000});
  half.type = TensorType::kFloat16;
  OpTest op(kDequantizeOp);
  op.Add(half).AddOutput(Input<float>({8}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(),
              ElementsAre(1, -2, 0.333251953125f, 0x1p-24f, -0x1p-15f, 65504, INFINITY, -0.0f));
}

TEST(Dequantize, RefusesWhatDoesNotFit) {
  OpTest channels(kDequantizeOp);
  channels.Add(Input<int8_t>({2}, {}, QuantBy(0, {1, 2}))).AddOutput(Input<float>({2}));
  EXPECT_EQ(channels.Run(), Status::kInvalidQuantization);
  OpTest types(kDequantizeOp);
  types.Add(Input<int64_t>({1}, {}, Quant(1))).AddOutput(Input<float>({1}));
  EXPECT_EQ(types.Run(), Status::kUnsupportedType);
}

}  // namespace
}  // namespace millrace::micro::testing
