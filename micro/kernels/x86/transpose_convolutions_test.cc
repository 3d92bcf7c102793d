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

TEST(TransposeConvInt8, IsTheReference) {
  std::mt19937 random(1);
  const auto bytes = [&random](int32_t count) {
    std::vector<int8_t> values(static_cast<size_t>(count));
    for (int8_t& v : values) v = static_cast<int8_t>(random());
    return values;
  };
  for (const Case& c : kCases) {
    const auto axis = [](int32_t input, int32_t filter, int32_t stride, int32_t padding) {
      return TransposeConvAxis{input, (input - 1) * stride + std::max(filter, stride) - 2 * padding,
                               filter, stride, padding};
    };
    TransposeConvInt p = {};
    p.shape = {2, c.depth, c.channels, axis(c.height, c.filter_height, c.stride_y, c.padding_y),
               axis(c.width, c.filter_width, c.stride_x, c.padding_x)};
    p.input_zero_point = -9;
    p.output_zero_point = 4;
    p.range = {-120, 127};
    const auto channels = static_cast<size_t>(c.channels);
    std::vector<int32_t> multipliers(channels), bias(channels);
    std::vector<int8_t> shifts(channels);
    for (size_t i = 0; i < channels; ++i) {
      multipliers[i] = static_cast<int32_t>(random() >> 2 | 1u << 30);
      shifts[i] = static_cast<int8_t>(-8 - static_cast<int>(i % 5));
      bias[i] = static_cast<int32_t>(random() >> 20);
    }
    p.factors = {multipliers.data(), shifts.data()};
    const std::vector<int8_t> input = bytes(2 * c.height * c.width * c.depth),
                              filter =
                                  bytes(c.channels * c.filter_height * c.filter_width * c.depth);
    const auto size = static_cast<size_t>(2 * p.shape.y.output * p.shape.x.output * c.channels);
    std::vector<int8_t> actual(size), expected(size);
    TransposeConvLoop(p, input.data(), filter.data(), bias.data(), actual.data());
    GatherBytes(p, input.data(), filter.data(), bias.data(), expected.data());
    ASSERT_EQ(actual, expected) << "case " << &c - kCases;
  }
}

}  // namespace
}  // namespace millrace::micro
