#include "micro/kernels/conv_3d.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <tuple>
#include <utility>
#include <vector>

#include "micro/core/op_options.h"
#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

Options Stride(int32_t stride, Padding padding) {
  Options options;
  options.Set(Conv3DOptions::kPadding, padding);
  for (const int field :
       {Conv3DOptions::kStrideD, Conv3DOptions::kStrideH, Conv3DOptions::kStrideW}) {
    options.Set(field, stride);
  }
  return options;
}

TEST(Conv3D, SumsOfCubes) {
  OpTest op(kConv3DOp);
  op.Add(Input<float>({1, 2, 2, 2, 1}, {1, 2, 3, 4, 5, 6, 7, 8}));
  op.Add(Constant<float>({2, 2, 2, 1, 2}, std::vector<float>(16, 1)));
  op.Add(Constant<float>({2}, {0, -40})).AddOutput(Input<float>({1, 1, 1, 1, 2}));
  op.Set(
      Stride(1, Padding::kValid).Set(Conv3DOptions::kFusedActivationFunction, Activation::kRelu));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(), ElementsAre(36, 0));
}

TEST(Conv3DTranspose, SpreadsAnElement) {
  OpTest op(kConv3DTransposeOp);
  op.Add(Constant<int32_t>({5}, {1, 2, 2, 2, 1}));
  op.Add(Constant<float>({2, 2, 2, 1, 1}, {1, 2, 3, 4, 5, 6, 7, 8}));
  op.Add(Input<float>({1, 1, 1, 1, 1}, {2})).AddOutput(Input<float>({1, 2, 2, 2, 1}));
  op.Set(Stride(1, Padding::kValid));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(), ElementsAre(2, 4, 6, 8, 10, 12, 14, 16));
}

TEST(Conv3D, RefusesWhatDoesNotFit) {
  for (const auto& [stride, channels, size] : {std::tuple(0, 1, 1), {1, 2, 1}, {1, 1, 2}}) {
    OpTest op(kConv3DOp);
    op.Add(Input<float>({1, 2, 2, 2, 1}));
    op.Add(Constant<float>({2, 2, 2, channels, 1}, std::vector<float>(8 * channels)));
    op.AddOutput(Input<float>({1, size, 1, 1, 1})).Set(Stride(stride, Padding::kValid));
    EXPECT_EQ(op.Run(), Status::kInvalidShape) << stride << channels << size;
  }
}

TEST(Conv3DTranspose, RefusesWhatDoesNotFit) {
  for (const auto& [shape, dilation] : {std::pair(3, 1), {2, 2}}) {
    OpTest op(kConv3DTransposeOp);
    op.Add(Input<int32_t>({5}, {1, shape, 2, 2, 1}));
    op.Add(Constant<float>({2, 2, 2, 1, 1}, std::vector<float>(8)));
    op.Add(Input<float>({1, 1, 1, 1, 1}, {2})).AddOutput(Input<float>({1, 2, 2, 2, 1}));
    op.Set(Stride(1, Padding::kSame).Set(Conv3DOptions::kDilationDFactor, dilation));
    EXPECT_NE(op.Run(), Status::kOk);
  }
}

}  // namespace
}  // namespace millrace::micro::testing
