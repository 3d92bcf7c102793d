// The loops of this folder against the definition of a dense layer.
#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "micro/kernels/loops/fully_connected.h"

namespace millrace::micro {
namespace {

struct Case {
  int32_t batches, depth, units;
};
const Case kCases[] = {{1, 16, 8}, {2, 33, 5}, {3, 700, 12}, {4, 7, 150}, {2, 5000, 3}};

// The sums of all outputs.
template <typename In>
std::vector<int64_t> Sums(const FullyConnectedQuantized& p, const std::vector<In>& input,
                          const std::vector<int8_t>& filter) {
  std::vector<int64_t> sums;
  for (int32_t b = 0; b < p.batches; ++b) {
    for (int32_t u = 0; u < p.units; ++u) {
      int64_t sum = 0;
      for (int32_t d = 0; d < p.depth; ++d) {
        sum += (input[static_cast<size_t>(b * p.depth + d)] - p.input_zero_point) *
               (filter[static_cast<size_t>(u * p.depth + d)] - p.filter_zero_point);
      }
      sums.push_back(sum);
    }
  }
  return sums;
}

template <typename T>
std::vector<T> Random(int32_t count, std::mt19937* random) {
  std::vector<T> values(static_cast<size_t>(count));
  for (T& v : values) v = static_cast<T>((*random)());
  return values;
}

struct Layer {
  explicit Layer(const Case& c) : random(3) {
    filter = Random<int8_t>(c.units * c.depth, &random);
    bias = Random<int32_t>(c.units, &random);
    for (int32_t u = 0; u < c.units; ++u) {
      multipliers.push_back(static_cast<int32_t>(random() >> 2 | 1u << 30));
      shifts.push_back(static_cast<int8_t>(-8 - u % 5));
    }
    p.batches = c.batches;
    p.depth = c.depth;
    p.units = c.units;
    p.requant = {multipliers[0], shifts[0]};
  }

  std::mt19937 random;
  FullyConnectedQuantized p = {};
  std::vector<int8_t> filter;
  std::vector<int32_t> bias, multipliers;
  std::vector<int8_t> shifts;
};

TEST(FullyConnected, OfInt8IsItsSumsRequantised) {
  for (const Case& c : kCases) {
    for (const bool by_unit : {false, true}) {
      Layer layer(c);
      FullyConnectedQuantized& p = layer.p;
      p.input_zero_point = -7;
      p.filter_zero_point = by_unit ? 0 : 3;
      p.output_zero_point = 2;
      p.range = {-120, 127};
      if (by_unit) p.factors = {layer.multipliers.data(), layer.shifts.data()};
      const auto input = Random<int8_t>(c.batches * c.depth, &layer.random);
      std::vector<int8_t> output(static_cast<size_t>(c.batches * c.units));
      FullyConnectedLoop(p, input.data(), layer.filter.data(), layer.bias.data(), output.data());
      const std::vector<int64_t> sums = Sums(p, input, layer.filter);
      for (size_t i = 0; i < sums.size(); ++i) {
        const auto u = static_cast<int32_t>(i) % c.units;
        const auto sum = static_cast<int32_t>(sums[i] + layer.bias[static_cast<size_t>(u)]);
        ASSERT_EQ(output[i], Clamp(p.Requantized(sum, u) + 2, -120, 127)) << &c - kCases;
      }
    }
  }
}

TEST(FullyConnected, OfInt16IsItsSumsRequantised) {
  for (const Case& c : kCases) {
    for (const bool wide : {false, true}) {
      Layer layer(c);
      FullyConnectedQuantized& p = layer.p;
      p.filter_zero_point = wide ? 0 : -5;
      p.range = {-32768, 30000};
      if (wide) p.factors = {layer.multipliers.data(), layer.shifts.data()};
      const auto input = Random<int16_t>(c.batches * c.depth, &layer.random);
      const std::vector<int64_t> wide_bias(layer.bias.begin(), layer.bias.end());
      const void* bias = wide ? static_cast<const void*>(wide_bias.data()) : layer.bias.data();
      const TensorType type = wide ? TensorType::kInt64 : TensorType::kInt32;
      std::vector<int16_t> output(static_cast<size_t>(c.batches * c.units));
      FullyConnectedInt16Loop(p, input.data(), layer.filter.data(), bias, type, output.data());
      const std::vector<int64_t> sums = Sums(p, input, layer.filter);
      const Int16Requant requant = p.RequantOfInt16(bias, type);
      for (size_t i = 0; i < sums.size(); ++i) {
        ASSERT_EQ(output[i], requant(sums[i], static_cast<int32_t>(i) % c.units)) << &c - kCases;
      }
    }
  }
}

}  // namespace
}  // namespace millrace::micro
