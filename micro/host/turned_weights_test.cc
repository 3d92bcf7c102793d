#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <vector>

#include "micro/core/op_options.h"
#include "micro/host/interpreter_c.h"
#include "micro/testing/model_builder.h"

namespace millrace::micro::testing {
namespace {

using ::testing::FloatNear;
using ::testing::Pointwise;

std::vector<float> RandomFloats(int32_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<float> values;
  for (int32_t i = 0; i < count; ++i) values.push_back(uniform(random));
  return values;
}

// What the model computes, and its first filter as the interpreter has it.
struct Result {
  std::vector<float> output;
  std::vector<float> filter;
};

Result Run(const ModelBytes& model, const std::vector<float>& input, int filter, bool preserve) {
  mr_micro_options options = {};
  options.preserve_all_tensors = preserve ? 1 : 0;
  char message[256] = "";
  mr_micro* micro = mr_micro_open(model.data(), model.size(), &options, message, sizeof(message));
  EXPECT_NE(micro, nullptr) << message;
  if (micro == nullptr) return {};
  mr_micro_tensor tensor;
  EXPECT_EQ(mr_micro_get(micro, MR_MICRO_INPUT, 0, &tensor), 0);
  std::memcpy(tensor.data, input.data(), tensor.bytes);
  EXPECT_EQ(mr_micro_invoke(micro), 0);
  const auto values = [&tensor] {
    const auto* data = static_cast<const float*>(tensor.data);
    return std::vector<float>(data, data + tensor.bytes / sizeof(float));
  };
  Result result;
  EXPECT_EQ(mr_micro_get(micro, MR_MICRO_OUTPUT, 0, &tensor), 0);
  result.output = values();
  EXPECT_EQ(mr_micro_get_tensor(micro, 0, filter, &tensor), 0);
  result.filter = values();
  mr_micro_close(micro);
  return result;
}

// out[b][u] in the reference's order.
std::vector<float> Dense(const std::vector<float>& input, const std::vector<float>& filter,
                         const std::vector<float>& bias) {
  const size_t units = bias.size(), depth = filter.size() / units;
  std::vector<float> output;
  for (size_t b = 0; b < input.size() / depth; ++b) {
    for (size_t u = 0; u < units; ++u) {
      volatile float sum = 0;  // no fused multiplication
      for (size_t d = 0; d < depth; ++d) {
        volatile float product = input[b * depth + d] * filter[u * depth + d];
        sum = sum + product;
      }
      output.push_back(std::max(0.0f, sum + bias[u]));
    }
  }
  return output;
}

// One dense layer; tests may add what else reads its filter.
struct DenseModel {
  DenseModel(int32_t batches, int32_t depth, int32_t units)
      : input(RandomFloats(batches * depth, 1)),
        filter(RandomFloats(units * depth, 2)),
        bias(RandomFloats(units, 3)),
        x(model.Add(Input<float>({batches, depth}))),
        w(model.Add(Constant<float>({units, depth}, filter))),
        y(model.Add(Input<float>({batches, units}))) {
    const int b = model.Add(Constant<float>({units}, bias));
    const Options relu =
        Options().Set(FullyConnectedOptions::kFusedActivationFunction, Activation::kRelu);
    model.AddOp(BuiltinOp::kFullyConnected, {x, w, b}, {y}, relu);
    model.SetInputs({x}).SetOutputs({y});
  }
  Result RunIt(bool preserve = false) const { return Run(model.Build(), input, w, preserve); }
  std::vector<float> Expected() const { return Dense(input, filter, bias); }

  std::vector<float> input, filter, bias;
  ModelBuilder model;
  int x, w, y;
};

// One convolution with a bias, or several of the same filter.
struct ConvModel {
  ConvModel(int32_t size, int32_t channels, int32_t groups, int32_t outputs, int32_t window)
      : input(RandomFloats(2 * size * size * channels, 1)),
        filter(RandomFloats(outputs * window * window * channels / groups, 2)),
        bias(RandomFloats(outputs, 3)),
        size(size),
        window(window),
        x(model.Add(Input<float>({2, size, size, channels}))),
        w(model.Add(Constant<float>({outputs, window, window, channels / groups}, filter))),
        y(model.Add(Input<float>({2, size, size, outputs}))) {
    const int b = model.Add(Constant<float>({outputs}, bias));
    model.AddOp(BuiltinOp::kConv2D, {x, w, b}, {y}, Same());
    model.SetInputs({x}).SetOutputs({y});
  }
  static Options Same() {
    return Options()
        .Set(Conv2DOptions::kPadding, Padding::kSame)
        .Set(Conv2DOptions::kStrideW, 1)
        .Set(Conv2DOptions::kStrideH, 1);
  }
  Result RunIt(bool preserve = false) const { return Run(model.Build(), input, w, preserve); }

  std::vector<float> input, filter, bias;
  int32_t size, window;
  ModelBuilder model;
  int x, w, y;
};

TEST(TurnedWeights, GiveTheReferencesResults) {
  for (int32_t batches : {1, 2, 3}) {
    for (int32_t depth : {1, 7, 40}) {
      for (int32_t units : {1, 8, 9, 20, 25, 32, 33, 71}) {
        const DenseModel dense(batches, depth, units);
        EXPECT_EQ(dense.RunIt().output, dense.Expected())
            << batches << " x " << depth << " x " << units;
      }
    }
  }
}

// What preserves all tensors takes another way to the same sums.
TEST(TurnedWeights, GiveConvolutionsTheResultsOfOthers) {
  for (const int32_t window : {1, 2, 3}) {
    for (const int32_t outputs : {1, 8, 9, 16, 21, 48}) {
      for (const int32_t size : {1, 3, 8}) {
        const ConvModel conv(size, 5, 1, outputs, window);
        const Result turned = conv.RunIt(), preserved = conv.RunIt(true);
        EXPECT_THAT(turned.output, Pointwise(FloatNear(1e-5f), preserved.output))
            << window << " " << outputs << " " << size;
        EXPECT_EQ(preserved.filter, conv.filter);
        EXPECT_EQ(turned.filter == conv.filter, outputs == 1);
      }
    }
  }
}

TEST(TurnedWeights, AreTurnedGroupByGroup) {
  const ConvModel conv(5, 6, 3, 12, 2);
  const Result turned = conv.RunIt();
  EXPECT_EQ(turned.output, conv.RunIt(true).output);
  const size_t depth = 2 * 2 * 2, rows = 4;
  for (size_t o = 0; o < 12; ++o) {
    for (size_t d = 0; d < depth; ++d) {
      EXPECT_EQ(turned.filter[(o / rows * depth + d) * rows + o % rows],
                conv.filter[o * depth + d]);
    }
  }
}

// What a transposed convolution of an image of 9 x 9 x 6 makes.
Result Transposed(int32_t channels, int32_t window, int32_t stride, Padding padding,
                  bool preserve) {
  constexpr int32_t kSize = 9, kDepth = 6;
  const int32_t out =
      padding == Padding::kSame ? kSize * stride : (kSize - 1) * stride + std::max(window, stride);
  ModelBuilder model;
  const int shape = model.Add(Constant<int32_t>({4}, {2, out, out, channels}));
  const std::vector<float> filter = RandomFloats(channels * window * window * kDepth, 2);
  const int w = model.Add(Constant<float>({channels, window, window, kDepth}, filter));
  const int x = model.Add(Input<float>({2, kSize, kSize, kDepth}));
  const int b = model.Add(Constant<float>({channels}, RandomFloats(channels, 3)));
  const int y = model.Add(Input<float>({2, out, out, channels}));
  model.AddOp(BuiltinOp::kTransposeConv, {shape, w, x, b}, {y},
              Options()
                  .Set(TransposeConvOptions::kPadding, padding)
                  .Set(TransposeConvOptions::kStrideW, stride)
                  .Set(TransposeConvOptions::kStrideH, stride));
  model.SetInputs({x}).SetOutputs({y});
  return Run(model.Build(), RandomFloats(2 * kSize * kSize * kDepth, 1), w, preserve);
}

// What preserves all tensors runs the reference, which adds up in another order.
TEST(TurnedWeights, GiveTransposedConvolutionsTheReferencesResults) {
  for (const int32_t channels : {1, 8, 19, 33}) {
    for (const int32_t window : {1, 2, 3, 5}) {
      for (const int32_t stride : {1, 2, 3}) {
        for (const Padding padding : {Padding::kSame, Padding::kValid}) {
          const Result turned = Transposed(channels, window, stride, padding, false);
          const Result preserved = Transposed(channels, window, stride, padding, true);
          EXPECT_THAT(turned.output, Pointwise(FloatNear(1e-5f), preserved.output))
              << channels << " " << window << " " << stride;
          EXPECT_EQ(turned.filter == preserved.filter, channels == 1);
        }
      }
    }
  }
}

TEST(TurnedWeights, AreLeftWhereConvolutionsGroupThemDifferently) {
  ConvModel conv(5, 6, 3, 12, 2);
  const int v = conv.model.Add(Input<float>({2, 5, 5, 2})),
            z = conv.model.Add(Input<float>({2, 5, 5, 12}));
  conv.model.AddOp(BuiltinOp::kConv2D, {v, conv.w}, {z}, ConvModel::Same());
  conv.model.SetInputs({conv.x, v}).SetOutputs({conv.y, z});
  EXPECT_EQ(conv.RunIt().filter, conv.filter);
}

TEST(TurnedWeights, OfOneOpDoNotDependOnThoseOfAnother) {
  ConvModel conv(5, 6, 1, 12, 2);
  const int v = conv.model.Add(Input<float>({2, 4})), w = conv.model.Add(Input<float>({3, 4})),
            z = conv.model.Add(Input<float>({2, 3}));
  conv.model.AddOp(BuiltinOp::kFullyConnected, {v, w}, {z});
  conv.model.SetInputs({conv.x, v, w}).SetOutputs({conv.y, z});
  EXPECT_NE(conv.RunIt().filter, conv.filter);
}

TEST(TurnedWeights, LieColumnByColumn) {
  const DenseModel dense(1, 5, 3);
  const std::vector<float> turned = dense.RunIt().filter;
  for (size_t u = 0; u < 3; ++u) {
    for (size_t d = 0; d < 5; ++d) EXPECT_EQ(turned[d * 3 + u], dense.filter[u * 5 + d]);
  }
}

TEST(TurnedWeights, AreLeftWhereAllTensorsArePreserved) {
  const DenseModel dense(1, 5, 3);
  const Result result = dense.RunIt(true);
  EXPECT_EQ(result.filter, dense.filter);
  EXPECT_EQ(result.output, dense.Expected());
}

TEST(TurnedWeights, AreLeftWhereAnotherOpReadsThem) {
  DenseModel dense(1, 5, 3);
  const int z = dense.model.Add(Input<float>({3, 5}));
  dense.model.AddOp(BuiltinOp::kAbs, {dense.w}, {z}).SetOutputs({dense.y, z});
  const Result result = dense.RunIt();
  EXPECT_EQ(result.filter, dense.filter);
  EXPECT_EQ(result.output, dense.Expected());
}

TEST(TurnedWeights, AreLeftWhereTheyAreAnOutput) {
  DenseModel dense(1, 5, 3);
  dense.model.SetOutputs({dense.y, dense.w});
  EXPECT_EQ(dense.RunIt().filter, dense.filter);
}

TEST(TurnedWeights, AreLeftWhereALayerHasComputedOnes) {
  DenseModel dense(1, 5, 3);
  const int v = dense.model.Add(Input<float>({2, 3})), z = dense.model.Add(Input<float>({1, 2}));
  dense.model.AddOp(BuiltinOp::kFullyConnected, {dense.y, v}, {z});
  dense.model.SetInputs({dense.x, v}).SetOutputs({dense.y, z});
  const Result result = dense.RunIt();
  EXPECT_EQ(result.filter, dense.filter);
  EXPECT_EQ(result.output, dense.Expected());
}

TEST(TurnedWeights, MayBeOfSeveralLayers) {
  DenseModel dense(1, 5, 3);
  const int z = dense.model.Add(Input<float>({1, 3}));
  dense.model.AddOp(BuiltinOp::kFullyConnected, {dense.x, dense.w}, {z});
  dense.model.SetOutputs({dense.y, z});
  const Result result = dense.RunIt();
  EXPECT_NE(result.filter, dense.filter);
  EXPECT_EQ(result.output, dense.Expected());
}

}  // namespace
}  // namespace millrace::micro::testing
