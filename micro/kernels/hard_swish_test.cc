#include "micro/kernels/hard_swish.h"

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

// The same values again and again, until a table of all bytes pays.
std::vector<int8_t> Many(const std::vector<int8_t>& values) {
  std::vector<int8_t> many;
  while (many.size() < 300) many.insert(many.end(), values.begin(), values.end());
  return many;
}

TEST(HardSwish, Float) {
  EXPECT_THAT(
      Result<float>(kHardSwishOp, std::vector<float>{-4, -1.5f, 0, 3, 5, -3, 1.5f, 6, -1.5f, 9}),
      ElementsAre(0, -0.375f, 0, 3, 5, 0, 1.125f, 6, -0.375f, 9));
}

// Recorded from tflite-micro.
TEST(HardSwish, Int8) {
  const std::vector<int8_t> expected = {-11, -14, -11, -9, -8, 36, 87, 67};
  EXPECT_EQ(Result<int8_t>(kHardSwishOp, kBytes, Quant(0.037f, -5), Quant(0.05f, -11)), expected);
  EXPECT_EQ(Result<int8_t>(kHardSwishOp, Many(kBytes), Quant(0.037f, -5), Quant(0.05f, -11)),
            Many(expected));
}

TEST(HardSwish, RefusesWhatDoesNotFit) {
  OpTest types(kHardSwishOp);
  types.Add(Input<int16_t>({1})).AddOutput(Input<int16_t>({1}));
  EXPECT_EQ(types.Run(), Status::kUnsupportedType);
  OpTest scales(kHardSwishOp);  // an output a thousand times finer than the input
  scales.Add(Input<int8_t>({1}, {}, Quant(1))).AddOutput(Input<int8_t>({1}, {}, Quant(0.001f)));
  EXPECT_EQ(scales.Run(), Status::kInvalidQuantization);
}

}  // namespace
}  // namespace millrace::micro::testing
