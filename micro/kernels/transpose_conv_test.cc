#include "micro/kernels/transpose_conv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/core/op_options.h"
#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Options Strides(Padding padding, int32_t stride, Activation activation = Activation::kNone) {
  return Options()
      .Set(TransposeConvOptions::kPadding, padding)
      .Set(TransposeConvOptions::kStrideW, stride)
      .Set(TransposeConvOptions::kStrideH, stride)
      .Set(TransposeConvOptions::kFusedActivationFunction, activation);
}

TestTensor ShapeTensor(const std::vector<int32_t>& shape) { return Constant<int32_t>({4}, shape); }

// Each input element paints the filter, scaled, at twice its place.
TEST(TransposeConv, FloatPaintsTheFilter) {
  OpTest op(kTransposeConvOp);
  op.Add(ShapeTensor({1, 1, 5, 1})).Add(Constant<float>({1, 1, 3, 1}, {1, 10, 100}));
  op.Add(Input<float>({1, 1, 2, 1}, {2, 3})).Add(Constant<float>({1}, {0.5f}));
  op.AddOutput(Input<float>({1, 1, 5, 1})).Set(Strides(Padding::kValid, 2));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(), ElementsAre(2.5f, 20.5f, 203.5f, 30.5f, 300.5f));
}

TEST(TransposeConv, GapsBetweenSmallFiltersHoldTheBias) {
  OpTest op(kTransposeConvOp);
  op.Add(ShapeTensor({1, 1, 4, 1})).Add(Constant<float>({1, 1, 1, 1}, {1}));
  op.Add(Input<float>({1, 1, 2, 1}, {7, -9})).Add(Constant<float>({1}, {1}));
  op.AddOutput(Input<float>({1, 1, 4, 1})).Set(Strides(Padding::kSame, 3, Activation::kRelu6));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(), ElementsAre(6, 1, 1, 0));
}

// Row by row it would take seconds.
TEST(TransposeConv, RowsWithoutColumnsTakeNoTime) {
  OpTest op(kTransposeConvOp);
  op.Add(ShapeTensor({1, 500000000, 0, 1})).Add(Constant<float>({1, 1, 1, 1}, {1}));
  op.Add(Input<float>({1, 1, 1, 1}, {1}));
  op.AddOutput(Input<float>({1, 500000000, 0, 1})).Set(Strides(Padding::kValid, 1));
  EXPECT_EQ(op.Run(), Status::kOk) << op.Reason();
}

// An image of 2 x 2 in two channels; outputs as tensorflow lite micro has them.
const std::vector<int8_t> kFilter = {79, -106, -82, -67, -81, 77, 94,   21,  -117, -103, -43, -17,
                                     31, -5,   -60, -87, 49,  60, -119, -99, -12,  -28,  99,  4};
const std::vector<int8_t> kImage = {-21, -18, 42, 22, -84, 60, 65, 116};

template <typename A, typename B>
OpTest IntExample(const std::vector<A>& image, int input_zero_point, int output_zero_point) {
  OpTest op(kTransposeConvOp);
  op.Add(ShapeTensor({1, 4, 3, 2}));
  op.Add(Constant<int8_t>({2, 2, 3, 2}, kFilter, QuantBy(0, {0.01f, 0.02f})));
  op.Add(Input<A>({1, 2, 2, 2}, image, Quant(0.05f, input_zero_point)));
  op.Add(Constant<B>({2}, {900, -700}, QuantBy(0, {0.0005f, 0.001f})));
  op.AddOutput(Input<A>({1, 4, 3, 2}, {}, Quant(0.2f, output_zero_point)));
  op.Set(Strides(Padding::kSame, 2));
  return op;
}

TEST(TransposeConv, Int8ByChannel) {
  for (const bool small_arena : {true, false}) {
    OpTest op = IntExample<int8_t, int32_t>(kImage, -5, 10);
    op.PreferSmallArena(small_arena);
    ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
    EXPECT_EQ(op.Output<int8_t>(),
              (std::vector<int8_t>{18, 17, 15, 5,  -2,  -19, 20, 9, 27, -43,  -8,  0,
                                   18, 2,  23, 14, -22, -67, 19, 2, 41, -128, -39, -15}));
  }
}

TEST(TransposeConv, Int16WithEitherBias) {
  std::vector<int16_t> image(kImage.begin(), kImage.end());
  for (int16_t& value : image) value = static_cast<int16_t>(value * 100);
  const std::vector<int16_t> expected = {734,   1410,  328,   -462, -1227, -2221,  1080,  375,
                                         1407,  -4667, -1793, -564, 719,   -94,    1068,  456,
                                         -3273, -7000, 914,   -340, 2787,  -13651, -4886, -2018};
  OpTest wide = IntExample<int16_t, int64_t>(image, 0, 0);
  ASSERT_EQ(wide.Run(), Status::kOk) << wide.Reason();
  EXPECT_EQ(wide.Output<int16_t>(), expected);
  OpTest narrow = IntExample<int16_t, int32_t>(image, 0, 0);
  ASSERT_EQ(narrow.Run(), Status::kOk) << narrow.Reason();
  EXPECT_EQ(narrow.Output<int16_t>(), expected);
}

// Of -2, 1 and 3 in steps of 5 / 255 around -26: -2, 1 and 3 again, nearly.
TEST(TransposeConv, FloatWithInt8Weights) {
  OpTest op(kTransposeConvOp);
  op.Add(ShapeTensor({1, 1, 6, 2}));
  op.Add(Constant<int8_t>({2, 1, 2, 1}, {10, 20, -30, 40}, QuantBy(0, {0.5f, 0.1f})));
  op.Add(Input<float>({1, 1, 3, 1}, {-2, 1, 3})).Add(Constant<float>({2}, {100, -1}));
  op.AddOutput(Input<float>({1, 1, 6, 2}));
  op.Set(Strides(Padding::kSame, 2));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  const float expected[] = {90, 5, 80, -9, 105, -4, 110, 3, 115, -10, 130, 11};
  const std::vector<float> output = op.Output<float>();
  for (size_t i = 0; i < output.size(); ++i) EXPECT_NEAR(output[i], expected[i], 0.1f) << i;
}

TEST(TransposeConv, RefusesWhatDoesNotFit) {
  OpTest zero_point = IntExample<int16_t, int64_t>(std::vector<int16_t>(8), 1, 0);
  EXPECT_EQ(zero_point.Run(), Status::kInvalidQuantization);

  OpTest stride = IntExample<int8_t, int32_t>(kImage, 0, 0);
  stride.Set(Strides(Padding::kSame, 0));
  EXPECT_EQ(stride.Run(), Status::kInvalidShape);
  EXPECT_THAT(stride.Reason(), HasSubstr("strides"));

  OpTest channels(kTransposeConvOp);
  channels.Add(ShapeTensor({1, 1, 1, 2})).Add(Constant<float>({1, 1, 1, 1}, {1}));
  channels.Add(Input<float>({1, 1, 1, 1}, {1})).AddOutput(Input<float>({1, 1, 1, 2}));
  channels.Set(Strides(Padding::kSame, 1));
  EXPECT_EQ(channels.Run(), Status::kInvalidShape);

  OpTest scales(kTransposeConvOp);
  scales.Add(ShapeTensor({1, 1, 1, 1})).Add(Constant<int8_t>({1, 1, 1, 1}, {1}));
  scales.Add(Input<float>({1, 1, 1, 1}, {1})).AddOutput(Input<float>({1, 1, 1, 1}));
  scales.Set(Strides(Padding::kSame, 1));
  EXPECT_EQ(scales.Run(), Status::kInvalidQuantization);

  OpTest types(kTransposeConvOp);
  types.Add(ShapeTensor({1, 1, 1, 1})).Add(Constant<int16_t>({1, 1, 1, 1}, {1}));
  types.Add(Input<float>({1, 1, 1, 1}, {1})).AddOutput(Input<float>({1, 1, 1, 1}));
  types.Set(Strides(Padding::kSame, 1));
  EXPECT_EQ(types.Run(), Status::kUnsupportedType);
}

}  // namespace
}  // namespace millrace::micro::testing
