#include "micro/kernels/pooling.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "micro/core/op_options.h"
#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::Pointwise;

Options Pool(Padding padding, int filter, int stride, Activation activation = Activation::kNone) {
  return Options()
      .Set(Pool2DOptions::kPadding, padding)
      .Set(Pool2DOptions::kFilterHeight, int32_t{filter})
      .Set(Pool2DOptions::kFilterWidth, int32_t{filter})
      .Set(Pool2DOptions::kStrideH, int32_t{stride})
      .Set(Pool2DOptions::kStrideW, int32_t{stride})
      .Set(Pool2DOptions::kFusedActivationFunction, activation);
}

template <typename T>
OpTest PoolOf3x3(const OpRegistration& op, const std::vector<T>& values, const Options& options,
                 Quantization quantization = Quant(1.0f)) {
  OpTest test(op);
  test.Add(Input<T>({1, 3, 3, 1}, values, quantization));
  test.AddOutput(Input<T>({1, 2, 2, 1}, {}, quantization)).Set(options);
  return test;
}

TEST(AveragePool2D, LeavesTheOutsideOut) {
  OpTest op =
      PoolOf3x3<float>(kAveragePool2DOp, {1, 2, 3, 4, 5, 6, 7, 8, 9}, Pool(Padding::kSame, 2, 2));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(), ElementsAre(3, 4.5f, 7.5f, 9));
}

template <typename T>
class PoolOfInts : public ::testing::Test {};
using Types = ::testing::Types<int8_t, int16_t>;
TYPED_TEST_SUITE(PoolOfInts, Types);

TYPED_TEST(PoolOfInts, AverageRoundsHalvesAwayFromZero) {
  OpTest op = PoolOf3x3<TypeParam>(kAveragePool2DOp, {1, 2, -3, 3, 4, -4, -1, -1, -9},
                                   Pool(Padding::kSame, 2, 2));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<TypeParam>(), ElementsAre(3, -4, -1, -9));
}

TYPED_TEST(PoolOfInts, MaximumIsClampedAboveTheZeroPoint) {
  const int zero_point = sizeof(TypeParam) == 1 ? -2 : 0;
  OpTest op =
      PoolOf3x3<TypeParam>(kMaxPool2DOp, {1, 2, -3, 3, 40, -4, -1, -1, -9},
                           Pool(Padding::kSame, 2, 2, Activation::kRelu6), Quant(0.5f, zero_point));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<TypeParam>(), ElementsAre(12 + zero_point, zero_point == 0 ? 0 : -2,
                                                  zero_point == 0 ? 0 : -1, zero_point));
}

TEST(MaxPool2D, SlidesOverChannelsApart) {
  OpTest op(kMaxPool2DOp);
  op.Add(Input<float>({1, 1, 3, 2}, {1, -5, 3, -9, 2, -7}));
  op.AddOutput(Input<float>({1, 1, 2, 2}));
  op.Set(Pool(Padding::kValid, 2, 1).Set(Pool2DOptions::kFilterHeight, int32_t{1}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(), ElementsAre(3, -5, 3, -7));
}

TEST(L2Pool2D, IsTheRootOfTheMeanOfSquares) {
  OpTest op =
      PoolOf3x3<float>(kL2Pool2DOp, {1, 2, 3, 4, 5, 6, 7, 8, -9}, Pool(Padding::kValid, 2, 1));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(),
              Pointwise(FloatNear(1e-6f), {std::sqrt(46 / 4.0f), std::sqrt(74 / 4.0f),
                                           std::sqrt(154 / 4.0f), std::sqrt(206 / 4.0f)}));
}

TEST(Pooling, RefusesWhatDoesNotFit) {
  const std::vector<float> nine(9);
  EXPECT_EQ(PoolOf3x3<float>(kMaxPool2DOp, nine, Pool(Padding::kSame, 0, 2)).Run(),
            Status::kInvalidShape);
  EXPECT_EQ(PoolOf3x3<float>(kMaxPool2DOp, nine, Pool(Padding::kSame, 2, 0)).Run(),
            Status::kInvalidShape);
  EXPECT_EQ(PoolOf3x3<float>(kMaxPool2DOp, nine, Pool(Padding::kSame, 2, 1)).Run(),
            Status::kInvalidShape);
  EXPECT_EQ(
      PoolOf3x3<float>(kAveragePool2DOp, nine, Pool(Padding::kSame, 2, 2, Activation::kTanh)).Run(),
      Status::kUnsupported);
  EXPECT_EQ(
      PoolOf3x3<int8_t>(kL2Pool2DOp, std::vector<int8_t>(9), Pool(Padding::kSame, 2, 2)).Run(),
      Status::kUnsupportedType);
  EXPECT_EQ(
      PoolOf3x3<int32_t>(kMaxPool2DOp, std::vector<int32_t>(9), Pool(Padding::kSame, 2, 2)).Run(),
      Status::kUnsupportedType);
}

}  // namespace
}  // namespace millrace::micro::testing
