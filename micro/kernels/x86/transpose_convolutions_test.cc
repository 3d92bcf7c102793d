// The loop of this folder against the reference, at the shapes that it tells apart.
#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "micro/kernels/reference/transpose_conv_sums.h"

namespace millrace::micro {
namespace {

struct Case {
  int32_t height, width, depth, channels, filter_height, filter_width, stride_y, stride_x;
  int32_t padding_y, padding_x;
};

const Case kCases[] = {
    {5, 7, 16, 16, 3, 3, 2, 2, 0, 0},   // whole panels
    {4, 9, 5, 19, 4, 3, 2, 3, 1, 1},    // parts of panels and of vectors, edges
    {3, 3, 8, 3, 2, 2, 3, 3, 0, 0},     // outputs without taps
    {6, 4, 24, 70, 5, 5, 1, 1, 2, 2},   // no stride
    {2, 2, 400, 40, 3, 3, 1, 2, 1, 0},  // many elements under an output
    {2, 3, 500, 3, 3, 3, 1, 1, 0, 0},   // too many
};

TransposeConvShape ShapeOf(const Case& c) {
  const auto axis = [](int32_t input, int32_t filter, int32_t stride, int32_t padding) {
    return TransposeConvAxis{input, (input - 1) * stride + std::max(filter, stride) - 2 * padding,
                             filter, stride, padding};
  };
  return {2, c.depth, c.channels, axis(c.height, c.filter_height, c.stride_y, c.padding_y),
          axis(c.width, c.filter_width, c.stride_x, c.padding_x)};
}
size_t OutputSize(const TransposeConvShape& s) {
  return static_cast<size_t>(s.batches * s.y.output * s.x.output * s.channels);
}

std::vector<int8_t> Bytes(int32_t count, std::mt19937* random) {
  std::vector<int8_t> values(static_cast<size_t>(count));
  for (int8_t& v : values) v = static_cast<int8_t>((*random)());
  return values;
}

// Of channels, with shifts from `most` down.
struct Factors {
  Factors(size_t channels, int most, std::mt19937* random)
      : multipliers(channels), shifts(channels) {
    for (size_t i = 0; i < channels; ++i) {
      multipliers[i] = static_cast<int32_t>((*random)() >> 2 | 1u << 30);
      shifts[i] = static_cast<int8_t>(most - static_cast<int>(i % 5));
    }
  }
  ChannelFactors get() const { return {multipliers.data(), shifts.data()}; }

  std::vector<int32_t> multipliers;
  std::vector<int8_t> shifts;
};

TEST(TransposeConvInt8, IsTheReference) {
  std::mt19937 random(1);
  for (const Case& c : kCases) {
    TransposeConvInt p = {};
    p.shape = ShapeOf(c);
    p.input_zero_point = -9;
    p.output_zero_point = 4;
    p.range = {-120, 127};
    const Factors factors(static_cast<size_t>(c.channels), -8, &random);
    p.factors = factors.get();
    std::vector<int32_t> bias(factors.shifts.size());
    for (int32_t& b : bias) b = static_cast<int32_t>(random() >> 20);
    const std::vector<int8_t> input = Bytes(2 * c.height * c.width * c.depth, &random);
    const std::vector<int8_t> filter =
        Bytes(c.channels * c.filter_height * c.filter_width * c.depth, &random);
    std::vector<int8_t> actual(OutputSize(p.shape)), expected(actual.size());
    TransposeConvLoop(p, input.data(), filter.data(), bias.data(), actual.data());
    GatherBytes(p, input.data(), filter.data(), bias.data(), expected.data());
    ASSERT_EQ(actual, expected) << "case " << &c - kCases;
  }
}

TEST(TransposeConvInt16, IsTheReference) {
  std::mt19937 random(1);
  for (const Case& c : kCases) {
    TransposeConvInt p = {};
    p.shape = ShapeOf(c);
    p.range = {-32768, 30000};
    const Factors factors(static_cast<size_t>(c.channels), -8, &random);
    p.factors = factors.get();
    std::vector<int16_t> input(static_cast<size_t>(2 * c.height * c.width * c.depth));
    for (int16_t& x : input) x = static_cast<int16_t>(random());
    const std::vector<int8_t> filter =
        Bytes(c.channels * c.filter_height * c.filter_width * c.depth, &random);
    std::vector<int32_t> bias(factors.shifts.size());
    for (int32_t& b : bias) b = static_cast<int32_t>(random());
    const std::vector<int64_t> wide(bias.begin(), bias.end());
    std::vector<int16_t> actual(OutputSize(p.shape)), expected(actual.size());
    for (const bool is_wide : {false, true}) {
      const void* data = is_wide ? static_cast<const void*>(wide.data()) : bias.data();
      const TensorType type = is_wide ? TensorType::kInt64 : TensorType::kInt32;
      TransposeConvInt16Loop(p, input.data(), filter.data(), data, type, actual.data());
      Gather<int64_t>(p.shape, 0, input.data(), filter.data(), expected.data(),
                      p.RequantOfInt16(data, type));
      ASSERT_EQ(actual, expected) << "case " << &c - kCases;
    }
  }
}

}  // namespace
}  // namespace millrace::micro
