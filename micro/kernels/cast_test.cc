#include "micro/kernels/cast.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

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

TEST(Cast, FromFloat) {
  const std::vector<float> x = {-1.9f, 0, 0.5f, 100.7f};
  EXPECT_THAT(Result<int8_t>(kCastOp, x), ElementsAre(-1, 0, 0, 100));
  EXPECT_THAT(Result<int16_t>(kCastOp, x), ElementsAre(-1, 0, 0, 100));
  EXPECT_THAT(Result<int32_t>(kCastOp, x), ElementsAre(-1, 0, 0, 100));
  EXPECT_THAT(Result<int64_t>(kCastOp, x), ElementsAre(-1, 0, 0, 100));
  EXPECT_THAT(Result<bool>(kCastOp, x), ElementsAre(true, false, true, true));
  EXPECT_THAT(Result<float>(kCastOp, x), ElementsAreArray(x));
}

TEST(Cast, FloatsThatNoIntegerHolds) {
  EXPECT_THAT(Result<int64_t>(kCastOp, std::vector<float>{1e30f, -1e30f, NAN}),
              ElementsAre(INT64_MAX, INT64_MIN, 0));
}

TEST(Cast, IntegersKeepTheirLowBits) {
  const std::vector<int32_t> x = {-1, 0, 300, 70000};
  EXPECT_THAT(Result<int8_t>(kCastOp, x), ElementsAre(-1, 0, 44, 112));
  EXPECT_THAT(Result<uint8_t>(kCastOp, x), ElementsAre(255, 0, 44, 112));
  EXPECT_THAT(Result<int16_t>(kCastOp, x), ElementsAre(-1, 0, 300, 4464));
  EXPECT_THAT(Result<uint32_t>(kCastOp, x), ElementsAre(0xFFFFFFFFu, 0, 300, 70000));
  EXPECT_THAT(Result<int64_t>(kCastOp, x), ElementsAre(-1, 0, 300, 70000));
  EXPECT_THAT(Result<float>(kCastOp, x), ElementsAre(-1, 0, 300, 70000));
}

TEST(Cast, SmallTypesKeepTheirSign) {
  EXPECT_THAT(Result<int32_t>(kCastOp, std::vector<int8_t>{-5}), ElementsAre(-5));
  EXPECT_THAT(Result<int32_t>(kCastOp, std::vector<uint8_t>{251}), ElementsAre(251));
  EXPECT_THAT(Result<float>(kCastOp, std::vector<int16_t>{-500}), ElementsAre(-500));
  EXPECT_THAT(Result<int32_t>(kCastOp, std::vector<bool>{true, false}), ElementsAre(1, 0));
}

TEST(Cast, RefusesOtherTypes) {
  OpTest op(kCastOp);
  op.Add(Input<double>({1})).AddOutput(Input<float>({1}));
  EXPECT_EQ(op.Run(), Status::kUnsupportedType);
}

}  // namespace
}  // namespace millrace::micro::testing
