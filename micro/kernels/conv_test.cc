// Integer results were recorded from TensorFlow Lite Micro 0.dev20261023.
#include "micro/kernels/conv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/core/op_options.h"
#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::FloatNear;
using ::testing::HasSubstr;
using ::testing::Pointwise;

Options Conv(Padding padding, int stride = 1, int dilation = 1,
             Activation activation = Activation::kNone) {
  return Options()
      .Set(Conv2DOptions::kPadding, padding)
      .Set(Conv2DOptions::kStrideW, int32_t{stride})
      .Set(Conv2DOptions::kStrideH, int32_t{stride})
      .Set(Conv2DOptions::kDilationWFactor, int32_t{dilation})
      .Set(Conv2DOptions::kDilationHFactor, int32_t{dilation})
      .Set(Conv2DOptions::kFusedActivationFunction, activation);
}
Options Depthwise(Padding padding, int stride = 1, Activation activation = Activation::kNone) {
  return Options()
      .Set(DepthwiseConv2DOptions::kPadding, padding)
      .Set(DepthwiseConv2DOptions::kStrideW, int32_t{stride})
      .Set(DepthwiseConv2DOptions::kStrideH, int32_t{stride})
      .Set(DepthwiseConv2DOptions::kFusedActivationFunction, activation);
}

// Filter scales of the recorded cases: 0.01, 0.02, ...
std::vector<float> Scales(int channels, float factor = 1.0f) {
  std::vector<float> scales;
  for (int c = 1; c <= channels; ++c) scales.push_back(0.01f * c * factor);
  return scales;
}

// An int8 case with the recorded cases' scales; input scale 0.05.
OpTest Int8Case(const OpRegistration& op, std::vector<int32_t> input_shape,
                const std::vector<int8_t>& input, const TestTensor& filter,
                const std::vector<int32_t>& bias, std::vector<int32_t> output_shape,
                float output_scale = 1.0f) {
  const int channels = output_shape[3];
  OpTest test(op);
  test.Add(Input<int8_t>(std::move(input_shape), input, Quant(0.05f, 3))).Add(filter);
  test.Add(Constant<int32_t>({channels}, bias, QuantBy(0, Scales(channels, 0.05f))));
  test.AddOutput(Input<int8_t>(std::move(output_shape), {}, Quant(output_scale, -5)));
  return test;
}

TEST(Conv2D, Int8ByChannelWithEdges) {
  for (const bool small_arena : {true, false}) {
    OpTest op = Int8Case(
        kConv2DOp, {1, 3, 4, 2}, {-6,  2,  51,  90,  -94, -72, 64,  89,  -51, -38, 73, -16,
                                  -46, 65, -49, -19, 28,  9,   -83, -95, 73,  50,  67, 7},
        Constant<int8_t>({3, 2, 2, 2}, {63, -35, -10, 57,  -76, -40, -76, -10, 95, -74, -24, -20,
                                        80, -60, 0,   -48, -97, 50,  -88, -44, -1, -3,  -77, 96},
                         QuantBy(0, Scales(3))),
        {1494, 2769, -2448}, {1, 3, 4, 3});
    op.Set(Conv(Padding::kSame)).PreferSmallArena(small_arena);
    ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
    EXPECT_THAT(op.Output<int8_t>(), ElementsAre(-2, -7, -30, -7, 3, 23, -1, -16, -11, -1, -6, -11,
                                                 -3, 1, -16, 3, 3, -19, -13, -7, 4, -8, -1, -3, -6,
                                                 4, 6, -4, -6, -16, -3, -1, -24, -2, 4, -18));
  }
}

TEST(Conv2D, Int8InDilatedGroupsWithRelu) {
  OpTest op = Int8Case(
      kConv2DOp, {1, 4, 3, 4},
      {67, -48, -79, -41, -18, 62,  -10, -82, -34, 20,  62, 45, 98, -63, 76,  -89,
       11, -46, -60, 31,  -39, 12,  -48, -70, 49,  -14, 35, 33, 89, -16, -57, 26,
       86, 93,  73,  36,  -24, -22, -93, -63, -34, -31, 15, 2,  38, 78,  75,  55},
      Constant<int8_t>({2, 2, 2, 2},
                       {95, -37, 81, 84, -56, -6, 13, 38, 40, -79, -5, -80, 91, -60, -11, 76},
                       QuantBy(0, Scales(2))),
      {133, 1078}, {1, 2, 1, 2});
  op.Set(Conv(Padding::kValid, 1, 2, Activation::kRelu));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int8_t>(), ElementsAre(-1, -5, 2, 11));
}

TEST(Conv2D, Int4) {
  OpTest op = Int8Case(
      kConv2DOp, {1, 3, 3, 3}, {45, 88,  76, 2,  88,  95, 94,  -84, -10, 21, -44, -25, 25, 60,
                                16, -66, 35, 74, -57, 8,  -33, 80,  -88, -5, 79,  -14, -73},
      ConstantInt4({2, 2, 2, 3},
                   {4, 7, 7, 6, -2, 3, 7, 1, 6, 1, -5, -1, 2, -3, 3, -1, 7, -4, 2, -6, -5, 0, 0, 0},
                   QuantBy(0, Scales(2))),
      {-39, 2133}, {1, 2, 2, 2}, 0.05f);
  op.Set(Conv(Padding::kValid));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int8_t>(), ElementsAre(5, 52, 14, 18, -10, 47, 4, 51));
}

TEST(Conv2D, Int16) {
  OpTest op(kConv2DOp);
  op.Add(Input<int16_t>(
      {1, 2, 3, 2},
      {-2199, 1526, 710, -6270, 17845, -5238, 6309, -5021, -2004, 19497, -12538, 5310},
      Quant(0.0005f)));
  op.Add(Constant<int8_t>({2, 2, 2, 2},
                          {-15, 34, 51, -35, 34, 35, -10, -76, 23, -90, 77, 70, 69, -99, 94, 95},
                          QuantBy(0, Scales(2))));
  op.Add(Constant<int64_t>({2}, {515, 1962}, QuantBy(0, Scales(2, 0.0005f))));
  op.AddOutput(Input<int16_t>({1, 1, 2, 2}, {}, Quant(0.03f))).Set(Conv(Padding::kValid));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int16_t>(), ElementsAre(-180, 675, 201, -384));
}

TEST(Conv2D, FloatBox) {
  OpTest op(kConv2DOp);
  op.Add(Input<float>({1, 3, 3, 1}, {1, 2, 3, 4, 5, 6, 7, 8, 9}));
  op.Add(Constant<float>({1, 3, 3, 1}, std::vector<float>(9, 1.0f))).AddMissing();
  op.AddOutput(Input<float>({1, 2, 2, 1})).Set(Conv(Padding::kSame, 2));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(), ElementsAre(1 + 2 + 4 + 5, 2 + 3 + 5 + 6, 4 + 5 + 7 + 8, 28));
}

// A hybrid's input takes the values it has exactly: multiples of 1/127 of the largest.
TEST(Conv2D, HybridIsExactOnWholeSteps) {
  for (const bool is_int4 : {false, true}) {
    OpTest op(kConv2DOp);
    op.Add(Input<float>({2, 1, 2, 1}, {127, -3, 254, 20}));
    op.Add(is_int4 ? ConstantInt4({2, 1, 2, 1}, {1, 2, -3, 4}, Quant(0.5f))
                   : Constant<int8_t>({2, 1, 2, 1}, {1, 2, -3, 4}, Quant(0.5f)));
    op.Add(Constant<float>({2}, {10, 20}));
    op.AddOutput(Input<float>({2, 1, 1, 2})).Set(Conv(Padding::kValid));
    ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
    EXPECT_THAT(op.Output<float>(),
                Pointwise(FloatNear(1e-3f), {10 + 60.5f, 20 - 196.5f, 10 + 147.0f, 20 - 341.0f}));
  }
}

TEST(DepthwiseConv2D, Int8WithMultiplierStrideAndRelu6) {
  OpTest op = Int8Case(
      kDepthwiseConv2DOp, {1, 4, 4, 2},
      {62, -83, -65, -53, -64, 60,  73, 16, -93, -82, -34, -14, 24,  -5, -48, -69,
       38, 46,  -94, -78, -10, -22, 77, 3,  -16, -14, 33,  17,  -66, 47, 51,  91},
      Constant<int8_t>({1, 3, 3, 4}, {57, -44, -37, 29,  30,  39,  73,  -42, 87,  -100, -85, 94,
                                      88, -41, -73, -38, -92, 78,  32,  17,  -52, -6,   -62, 54,
                                      -6, -94, -50, 41,  3,   -26, -50, -82, 21,  32,   4,   86},
                       QuantBy(3, Scales(4))),
      {2567, -1757, 648, 780}, {1, 2, 2, 4});
  op.Set(Depthwise(Padding::kSame, 2, Activation::kRelu6));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int8_t>(),
              ElementsAre(-5, -5, -1, 1, -1, -5, -5, -5, -5, -5, -5, 1, -5, 1, -3, -5));
}

TEST(DepthwiseConv2D, Int4) {
  OpTest op =
      Int8Case(kDepthwiseConv2DOp, {1, 3, 3, 2},
               {34, 61, -96, 61, -7, 3, 26, -43, 95, -90, -45, -24, 14, -19, -74, -91, -100, -91},
               ConstantInt4({1, 2, 2, 2}, {-5, 7, -5, 2, 4, -4, -3, -1}, QuantBy(3, Scales(2))),
               {-1421, 2845}, {1, 3, 3, 2}, 0.05f);
  op.Set(Depthwise(Padding::kSame));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int8_t>(), ElementsAre(-18, 68, -9, 68, -21, 54, -22, 45, -21, 47, -21, 56,
                                               -16, 45, -10, 35, -14, 39));
}

TEST(DepthwiseConv2D, Int16) {
  OpTest op(kDepthwiseConv2DOp);
  op.Add(Input<int16_t>(
      {1, 2, 3, 2},
      {17796, 5003, 7367, 15888, 3131, 11027, 13346, -10992, -17779, -7994, -8598, 14942},
      Quant(0.0005f)));
  op.Add(
      Constant<int8_t>({1, 2, 2, 2}, {82, -99, -1, 64, -74, 59, -77, -7}, QuantBy(3, Scales(2))));
  op.Add(Constant<int64_t>({2}, {1898, -1182}, QuantBy(0, Scales(2, 0.0005f))));
  op.AddOutput(Input<int16_t>({1, 1, 2, 2}, {}, Quant(0.03f))).Set(Depthwise(Padding::kValid));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int16_t>(), ElementsAre(306, -24, 430, -482));
}

TEST(DepthwiseConv2D, FloatKeepsChannelsApart) {
  OpTest op(kDepthwiseConv2DOp);
  op.Add(Input<float>({1, 1, 2, 2}, {1, 10, 2, 20}));
  op.Add(Constant<float>({1, 1, 2, 4}, {1, 2, 3, 4, 5, 6, 7, 8}));
  op.Add(Constant<float>({4}, {0.5f, 0, 0, 0}));
  op.AddOutput(Input<float>({1, 1, 1, 4})).Set(Depthwise(Padding::kValid));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(), ElementsAre(11.5f, 14, 170, 200));
}

// input 1 x 4 x 4 x 2, filter 3 x 2 x 2 x 2, output 1 x 4 x 4 x 3, unless changed.
struct FloatCase {
  std::vector<int32_t> input = {1, 4, 4, 2};
  std::vector<int32_t> filter = {3, 2, 2, 2};
  std::vector<int32_t> output = {1, 4, 4, 3};
  int32_t bias = 3;
  Options options = Conv(Padding::kSame);
};

void ExpectRefused(const FloatCase& c, Status status, const char* why) {
  const auto floats = [](const std::vector<int32_t>& shape) {
    size_t n = 1;
    for (const int32_t d : shape) n *= static_cast<size_t>(d);
    return std::vector<float>(n);
  };
  OpTest op(kConv2DOp);
  op.Add(Input<float>(c.input, floats(c.input))).Add(Constant<float>(c.filter, floats(c.filter)));
  op.Add(Constant<float>({c.bias}, floats({c.bias}))).AddOutput(Input<float>(c.output));
  op.Set(c.options);
  EXPECT_EQ(op.Run(), status);
  EXPECT_THAT(op.Reason(), HasSubstr(why));
}

TEST(Conv2D, RefusesShapesAndOptionsThatDoNotFit) {
  ExpectRefused({.input = {4, 4, 2}}, Status::kInvalidShape, "4 dimensions");
  ExpectRefused({.input = {2, 4, 4, 2}}, Status::kInvalidShape, "batches");
  ExpectRefused({.output = {1, 4, 4, 2}}, Status::kInvalidShape, "channels");
  ExpectRefused({.output = {1, 4, 3, 3}}, Status::kInvalidShape, "stride and padding");
  ExpectRefused({.input = {1, 4, 4, 3}}, Status::kInvalidShape, "groups");
  ExpectRefused({.input = {1, 4, 4, 4}}, Status::kInvalidShape, "groups");
  ExpectRefused({.bias = 2}, Status::kInvalidShape, "bias");
  ExpectRefused({.options = Conv(Padding::kSame, 0)}, Status::kInvalidShape, "stride");
  ExpectRefused({.options = Conv(Padding::kSame, -1)}, Status::kInvalidShape, "stride");
  ExpectRefused({.options = Conv(Padding::kSame, 1, 0)}, Status::kInvalidShape, "dilation");
  ExpectRefused({.options = Conv(Padding::kSame, 1, 2000000000)}, Status::kInvalidShape,
                "dilation");
  ExpectRefused({.options = Conv(Padding::kSame, 1, 1, Activation::kTanh)}, Status::kUnsupported,
                "activation");
}

TEST(Conv2D, RefusesQuantizationThatDoesNotFit) {
  const auto run = [](Quantization filter, Quantization input) {
    OpTest op(kConv2DOp);
    op.Add(Input<int8_t>({1, 1, 1, 1}, {1}, std::move(input)));
    op.Add(Constant<int8_t>({2, 1, 1, 1}, {1, 1}, std::move(filter))).AddMissing();
    op.AddOutput(Input<int8_t>({1, 1, 1, 2}, {}, Quant(1.0f))).Set(Conv(Padding::kSame));
    return op.Run();
  };
  EXPECT_EQ(run(QuantBy(0, {1, 1}), Quant(1.0f)), Status::kOk);
  EXPECT_EQ(run(QuantBy(0, {1, 1, 1}), Quant(1.0f)), Status::kInvalidQuantization);
  EXPECT_EQ(run(QuantBy(3, {1, 1}), Quant(1.0f)), Status::kInvalidQuantization);
  EXPECT_EQ(run({}, Quant(1.0f)), Status::kInvalidQuantization);
  EXPECT_EQ(run(Quant(-1.0f), Quant(1.0f)), Status::kInvalidQuantization);
  EXPECT_EQ(run(Quant(1.0f), Quant(1.0f, 200)), Status::kInvalidQuantization);
}

}  // namespace
}  // namespace millrace::micro::testing
