// The loops of this folder against the definition of a convolution, at the shapes that they tell
// apart.
#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "micro/kernels/loops/conv.h"
#include "micro/kernels/reference/conv_sums.h"

namespace millrace::micro {
namespace {

struct Case {
  int32_t height, width, channels, outputs, filter_height, filter_width;
  int32_t stride = 1, dilation = 1, groups = 1, padding = 0;
};

const Case kCases[] = {
    {9, 7, 16, 16, 3, 3, 1, 1, 1, 1},  // whole panels; windows inside and at the edge
    {9, 7, 5, 19, 3, 2, 2, 1, 1, 1},   // parts of panels and of vectors
    {8, 8, 3, 8, 5, 5, 1, 1, 1, 2},    // half a panel
    {6, 6, 24, 40, 1, 1, 2},           // windows of one pixel
    {12, 9, 4, 17, 2, 3, 1, 3},        // dilated
    {6, 5, 12, 24, 3, 3, 1, 1, 3, 1},  // groups
    {40, 2, 2, 9, 20, 1},              // too many rows to read in place
    {3, 3, 11, 21, 3, 3},              // one output
    {2, 2, 9, 5, 1, 1},                // few outputs
    {5, 20, 100, 3, 5, 10},            // larger than what is packed
    {11, 13, 1, 9, 4, 3, 1, 2, 1, 3},  // one channel, windows beside each other
    {2, 70, 7, 20, 1, 3, 1, 1, 1, 1},  // more outputs than are found at once
};

ConvShape ShapeOf(const Case& c) {
  const auto size = [&c](int32_t in, int32_t filter) {
    return (in + 2 * c.padding - (filter - 1) * c.dilation - 1) / c.stride + 1;
  };
  return {2,
          c.height,
          c.width,
          c.channels,
          size(c.height, c.filter_height),
          size(c.width, c.filter_width),
          c.outputs,
          c.filter_height,
          c.filter_width,
          c.channels / c.groups,
          c.stride,
          c.stride,
          c.dilation,
          c.dilation,
          c.padding,
          c.padding};
}

size_t InputSize(const ConvShape& s) {
  return static_cast<size_t>(s.batches * s.input_height * s.input_width * s.input_channels);
}
size_t OutputSize(const ConvShape& s) {
  return static_cast<size_t>(s.batches * s.output_height * s.output_width * s.output_channels);
}

std::vector<float> Floats(size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> uniform(-1.0f, 1.0f);
  std::vector<float> values(count);
  for (float& v : values) v = uniform(random);
  return values;
}
std::vector<int8_t> Bytes(size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<int8_t> values(count);
  for (int8_t& v : values) v = static_cast<int8_t>(random());
  return values;
}

TEST(ConvFloat, IsTheSumOfItsProducts) {
  for (const Case& c : kCases) {
    const ConvFloat p = {ShapeOf(c), {-3.0f, 4.0f}};
    const ConvShape& s = p.shape;
    const auto depth = static_cast<size_t>(s.filter_height * s.filter_width * s.filter_channels);
    const std::vector<float> input = Floats(InputSize(s), 1),
                             bias = Floats(static_cast<size_t>(c.outputs), 3);
    const std::vector<float> filter = Floats(depth * static_cast<size_t>(c.outputs), 2);
    std::vector<float> actual(OutputSize(s)), expected(OutputSize(s));
    ConvLoop(p, input.data(), filter.data(), bias.data(), actual.data());
    const FinishFloat finish = {p.range, bias.data(), expected.data()};
    ConvSums<double>(s, input.data(), 0.0, filter.data(), [&](double sum, int32_t o, int32_t at) {
      finish(static_cast<float>(sum), o, at);
    });
    for (size_t i = 0; i < actual.size(); ++i) {
      ASSERT_NEAR(actual[i], expected[i], 5e-5f) << "case " << &c - kCases << ", output " << i;
    }
  }
}

TEST(ConvHybrid, IsTheReference) {
  for (const Case& c : kCases) {
    for (const bool by_channel : {false, true}) {
      const std::vector<float> scales = Floats(static_cast<size_t>(c.outputs), 4);
      ConvHybrid p = {ShapeOf(c), {-1e9f, 1e9f}, 0.01f, 9, scales.data(), by_channel};
      p.shape.batches = 1;
      const ConvShape& s = p.shape;
      const auto depth = static_cast<size_t>(s.filter_height * s.filter_width * s.filter_channels);
      const std::vector<int8_t> input = Bytes(InputSize(s), 1),
                                filter = Bytes(depth * static_cast<size_t>(c.outputs), 2);
      const std::vector<float> bias = Floats(static_cast<size_t>(c.outputs), 3);
      std::vector<float> actual(OutputSize(s)), expected(OutputSize(s));
      ConvLoop(p, input.data(), filter.data(), TensorType::kInt8, bias.data(), actual.data());
      ConvSums<int32_t>(s, input.data(), 9, filter.data(),
                        FinishHybrid{p, bias.data(), expected.data()});
      ASSERT_EQ(actual, expected) << "case " << &c - kCases;
    }
  }
}

TEST(DepthwiseConv, FloatAndHybridAreTheReference) {
  for (const int32_t multiplier : {1, 3, 25}) {
    for (Case c : kCases) {
      c.outputs = c.channels * multiplier;
      const ConvShape s = ShapeOf(c);
      const auto count = static_cast<size_t>(c.filter_height * c.filter_width * c.outputs);
      const std::vector<float> bias = Floats(static_cast<size_t>(c.outputs), 3);
      const std::vector<float> weights = Floats(count, 2),
                               scales = Floats(static_cast<size_t>(c.outputs), 4);
      const std::vector<float> values = Floats(InputSize(s), 1);
      std::vector<float> actual(OutputSize(s)), expected(OutputSize(s));
      const ConvFloat floats = {s, {-1.0f, 6.0f}};
      DepthwiseConvLoop(floats, values.data(), weights.data(), bias.data(), actual.data());
      DepthwiseConvSums<float>(s, values.data(), 0.0f, weights.data(),
                               FinishFloat{floats.range, bias.data(), expected.data()});
      for (size_t i = 0; i < actual.size(); ++i) ASSERT_NEAR(actual[i], expected[i], 1e-5f);
      ConvHybrid p = {s, {-1e9f, 1e9f}, 0.01f, -128, scales.data(), true};
      p.shape.batches = 1;
      const std::vector<int8_t> input = Bytes(InputSize(p.shape), 1), filter = Bytes(count, 2);
      std::vector<float> one(OutputSize(p.shape)), expected_one(one.size());
      DepthwiseConvLoop(p, input.data(), filter.data(), TensorType::kInt8, bias.data(), one.data());
      DepthwiseConvSums<int32_t>(p.shape, input.data(), -128, filter.data(),
                                 FinishHybrid{p, bias.data(), expected_one.data()});
      ASSERT_EQ(one, expected_one) << "case " << multiplier;
    }
  }
}

}  // namespace
}  // namespace millrace::micro
