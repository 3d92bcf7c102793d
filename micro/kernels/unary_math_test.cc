#include "micro/kernels/unary_math.h"

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

using ::testing::FloatNear;
using ::testing::Pointwise;

TEST(UnaryMath, Float) {
  const std::vector<float> x = {0.25f, 1, 2.5f, 6};
  const struct {
    const OpRegistration* op;
    float (*function)(float);
  } cases[] = {
      {&kCeilOp, std::ceil},
      {&kFloorOp, std::floor},
      {&kSinOp, std::sin},
      {&kCosOp, std::cos},
  };
  for (const auto& c : cases) {
    std::vector<float> expected;
    for (const float value : x) expected.push_back(c.function(value));
    EXPECT_THAT(Result<float>(*c.op, x), Pointwise(FloatNear(1e-6f), expected));
  }
  EXPECT_THAT(Result<float>(kNegOp, x), ElementsAre(-0.25f, -1, -2.5f, -6));
  EXPECT_THAT(Result<float>(kSquareOp, x), ElementsAre(0.0625f, 1, 6.25f, 36));
}

TEST(UnaryMath, RoundsHalvesToEven) {
  EXPECT_THAT(Result<float>(kRoundOp, std::vector<float>{-1.5f, -0.5f, 0.5f, 1.5f, 2.5f, 2.51f}),
              ElementsAre(-2, 0, 0, 2, 2, 3));
}

TEST(UnaryMath, Integers) {
  EXPECT_THAT(Result<int32_t>(kNegOp, std::vector<int32_t>{1, -2, INT32_MIN}),
              ElementsAre(-1, 2, INT32_MIN));
  EXPECT_THAT(Result<int64_t>(kNegOp, std::vector<int64_t>{1, -(int64_t{1} << 40)}),
              ElementsAre(-1, int64_t{1} << 40));
  EXPECT_THAT(Result<int32_t>(kSignOp, std::vector<int32_t>{7, 0, -7}), ElementsAre(1, 0, -1));
  EXPECT_THAT(Result<float>(kSignOp, std::vector<float>{0.5f, 0, -9}), ElementsAre(1, 0, -1));
}

TEST(UnaryMath, RefusesWhatDoesNotFit) {
  OpTest types(kSquareOp);
  types.Add(Input<int32_t>({1})).AddOutput(Input<int32_t>({1}));
  EXPECT_EQ(types.Run(), Status::kUnsupportedType);
  OpTest mixed(kNegOp);
  mixed.Add(Input<int32_t>({1})).AddOutput(Input<int64_t>({1}));
  EXPECT_EQ(mixed.Run(), Status::kUnsupportedType);
  OpTest shapes(kSinOp);
  shapes.Add(Input<float>({3})).AddOutput(Input<float>({2}));
  EXPECT_EQ(shapes.Run(), Status::kInvalidShape);
}

}  // namespace
}  // namespace millrace::micro::testing
