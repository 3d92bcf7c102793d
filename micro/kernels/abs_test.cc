#include "micro/kernels/abs.h"

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

TEST(Abs, Plain) {
  EXPECT_THAT(Result<float>(kAbsOp, std::vector<float>{-1.5f, 0, 2}), ElementsAre(1.5f, 0, 2));
  EXPECT_THAT(Result<int32_t>(kAbsOp, std::vector<int32_t>{-7, 7}), ElementsAre(7, 7));
}

// Recorded from tflite-micro.
TEST(Abs, Quantised) {
  EXPECT_THAT(Result<int8_t>(kAbsOp, kBytes, Quant(0.037f, -5), Quant(0.05f, -11)),
              ElementsAre(80, 42, -11, -7, -5, 40, 87, 67));
  EXPECT_THAT(Result<int16_t>(kAbsOp, kWords, Quant(0.00037f), Quant(0.0005f)),
              ElementsAre(24248, 5755, 4, 0, 2, 4736, 24248, 74));
}

TEST(Abs, RefusesWhatDoesNotFit) {
  OpTest types(kAbsOp);
  types.Add(Input<int64_t>({1})).AddOutput(Input<int64_t>({1}));
  EXPECT_EQ(types.Run(), Status::kUnsupportedType);
  OpTest scales(kAbsOp);
  scales.Add(Input<int8_t>({1}, {}, Quant(1))).AddOutput(Input<int8_t>({1}));
  EXPECT_EQ(scales.Run(), Status::kInvalidQuantization);
}

}  // namespace
}  // namespace millrace::micro::testing
