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
    {4, 4, 16, 16, 3, 3, 3, 1, 1, 1},  // windows that do not overlap
    {7, 9, 8, 8, 3, 3, 2, 1, 1, 1},    // usual windows, two apart
    {5, 2, 8, 8, 3, 3, 1, 1, 1, 2},    // of which some lie outside
};

// Of ordinary convolutions alone.
const Case kWideCases[] = {
    {2, 20, 600, 5, 1, 1},                // more pixels than are widened at once
    {3, 130, 130, 9, 2, 2, 1, 2},         // more columns than are widened at once
    {4, 30, 250, 3, 2, 3, 1, 40, 1, 60},  // windows too wide to be widened
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

// Factors of output channels for some sums of int8: all halving, or some.
struct Factors {
  Factors(size_t channels, bool all_halving) {
    std::mt19937 random(5);
    for (size_t c = 0; c < channels; ++c) {
      multipliers.push_back(static_cast<int32_t>((uint32_t{1} << 30) + random() % (1u << 30)));
      const int shift = all_halving || random() % 8 != 0 ? -6 - static_cast<int>(random() % 4) : 1;
      shifts.push_back(static_cast<int8_t>(shift));
    }
  }
  ChannelFactors get() const { return {multipliers.data(), shifts.data()}; }

  std::vector<int32_t> multipliers;
  std::vector<int8_t> shifts;
};

std::vector<int32_t> Biases(size_t count) {
  std::mt19937 random(3);
  std::vector<int32_t> values(count);
  for (int32_t& v : values) v = static_cast<int32_t>(random() % 20001) - 10000;
  return values;
}

// As uint8.
std::vector<uint8_t> Unsigned(const std::vector<int8_t>& values) {
  return {values.begin(), values.end()};
}

void ExpectBytes(const Case& c, bool all_halving, bool has_bias) {
  const ConvShape s = ShapeOf(c);
  const Factors factors(static_cast<size_t>(c.outputs), all_halving);
  const auto count = static_cast<size_t>(s.filter_height * s.filter_width * s.filter_channels);
  const std::vector<int8_t> input = Bytes(InputSize(s), 1),
                            filter = Bytes(count * static_cast<size_t>(c.outputs), 2);
  const std::vector<int32_t> biases = Biases(static_cast<size_t>(c.outputs));
  const int32_t* bias = has_bias ? biases.data() : nullptr;
  std::vector<int8_t> actual(OutputSize(s)), expected(OutputSize(s));
  const ConvQuantized p = {s, 9, -3, {-100, 110}, factors.get(), nullptr};
  ConvLoop(p, input.data(), filter.data(), bias, actual.data());
  ConvSums<int32_t>(s, input.data(), 9, filter.data(), FinishInt8{p, bias, expected.data()});
  ASSERT_EQ(actual, expected);
  const std::vector<uint8_t> u_input = Unsigned(input), u_filter = Unsigned(filter);
  std::vector<uint8_t> u_actual(OutputSize(s)), u_expected(OutputSize(s));
  const ConvQuantized u = {s, 130, 120, {10, 250}, factors.get(), nullptr};
  ConvUInt8Loop(u, u_input.data(), u_filter.data(), 131, bias, u_actual.data());
  ConvSums<int32_t>(s, u_input.data(), 130, UInt8Weights{u_filter.data(), 131},
                    FinishByte<uint8_t>{u, bias, u_expected.data()});
  ASSERT_EQ(u_actual, u_expected);
}

TEST(ConvBytes, AreTheReference) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(&c - kCases);
    ExpectBytes(c, true, true);
    ExpectBytes(c, false, false);
  }
  for (const Case& c : kWideCases) {
    SCOPED_TRACE(&c - kWideCases);
    ExpectBytes(c, true, true);
  }
}

void ExpectDepthwiseBytes(Case c, int32_t multiplier, bool all_halving) {
  c.outputs = c.channels * multiplier;
  const ConvShape s = ShapeOf(c);
  const Factors factors(static_cast<size_t>(c.outputs), all_halving);
  const auto taps = static_cast<size_t>(c.filter_height * c.filter_width);
  const std::vector<int8_t> input = Bytes(InputSize(s), 1),
                            filter = Bytes(taps * static_cast<size_t>(c.outputs), 2);
  const std::vector<int32_t> bias = Biases(static_cast<size_t>(c.outputs));
  std::vector<int8_t> actual(OutputSize(s)), expected(OutputSize(s));
  const ConvQuantized p = {s, -7, 5, {-128, 127}, factors.get(), nullptr};
  DepthwiseConvLoop(p, input.data(), filter.data(), bias.data(), actual.data());
  DepthwiseConvSums<int32_t>(s, input.data(), -7, filter.data(),
                             FinishInt8{p, bias.data(), expected.data()});
  ASSERT_EQ(actual, expected);
  const std::vector<uint8_t> u_input = Unsigned(input), u_filter = Unsigned(filter);
  std::vector<uint8_t> u_actual(OutputSize(s)), u_expected(OutputSize(s));
  const ConvQuantized u = {s, 250, 3, {3, 255}, factors.get(), nullptr};
  DepthwiseConvUInt8Loop(u, u_input.data(), u_filter.data(), 99, bias.data(), u_actual.data());
  DepthwiseConvSums<int32_t>(s, u_input.data(), 250, UInt8Weights{u_filter.data(), 99},
                             FinishByte<uint8_t>{u, bias.data(), u_expected.data()});
  ASSERT_EQ(u_actual, u_expected);
}

TEST(DepthwiseConv, BytesAreTheReference) {
  for (const int32_t multiplier : {1, 9}) {
    for (const Case& c : kCases) {
      SCOPED_TRACE(&c - kCases);
      ExpectDepthwiseBytes(c, multiplier, true);
      ExpectDepthwiseBytes(c, multiplier, false);
    }
  }
}

// Words of any size, or all of them the least, which with weights of -128 makes the largest sums.
std::vector<int16_t> Words(size_t count, bool extreme) {
  std::mt19937 random(7);
  std::vector<int16_t> values(count, INT16_MIN);
  for (int16_t& v : values) v = extreme ? v : static_cast<int16_t>(random());
  return values;
}

// Factors that bring sums of words to words, and some that shift by more than 32 or to the left.
Factors FactorsOfWords(size_t channels) {
  Factors factors(channels, true);
  for (size_t c = 0; c < channels; ++c) {
    factors.shifts[c] = static_cast<int8_t>(c % 11 == 3   ? -19
                                            : c % 11 == 5 ? 3
                                                          : -7 - static_cast<int>(c % 4));
  }
  return factors;
}

struct WideLayer {
  WideLayer(Case c, bool depthwise, bool extreme)
      : shape(ShapeOf(c)), factors(FactorsOfWords(static_cast<size_t>(c.outputs))) {
    const auto taps = static_cast<size_t>(c.filter_height * c.filter_width);
    const size_t depth = taps * static_cast<size_t>(depthwise ? 1 : shape.filter_channels);
    input = Words(InputSize(shape), extreme);
    filter = Bytes(depth * static_cast<size_t>(c.outputs), 2);
    if (extreme) std::fill(filter.begin(), filter.end(), int8_t{-128});
    std::mt19937_64 random(11);
    for (int32_t o = 0; o < c.outputs; ++o) {
      bias.push_back(static_cast<int64_t>(random()) >> (o % 3 == 0 ? 18 : 40));
      narrow_bias.push_back(static_cast<int32_t>(random() >> 44));
    }
  }

  // loop(p, bias, its type, output), reference(FinishInt16)
  template <typename Loop, typename Reference>
  void Expect(const Loop& loop, const Reference& reference) const {
    const ConvQuantized p = {shape, 0, 0, {-30000, 32767}, factors.get(), nullptr};
    const auto expect = [&](const void* b, TensorType type) {
      std::vector<int16_t> actual(OutputSize(shape)), expected(OutputSize(shape));
      loop(p, b, type, actual.data());
      reference(FinishInt16(p, b, type, expected.data()));
      ASSERT_EQ(actual, expected) << (b != nullptr) << " " << (type == TensorType::kInt64);
    };
    expect(bias.data(), TensorType::kInt64);
    expect(nullptr, TensorType::kInt64);
    expect(narrow_bias.data(), TensorType::kInt32);
    expect(nullptr, TensorType::kInt32);
  }

  ConvShape shape;
  Factors factors;
  std::vector<int16_t> input;
  std::vector<int8_t> filter;
  std::vector<int64_t> bias;
  std::vector<int32_t> narrow_bias;
};

void ExpectConvOfWords(const Case& c, bool extreme) {
  const WideLayer layer(c, false, extreme);
  layer.Expect(
      [&](const ConvQuantized& p, const void* bias, TensorType type, int16_t* output) {
        ConvInt16Loop(p, layer.input.data(), layer.filter.data(), bias, type, output);
      },
      [&](const FinishInt16& finish) {
        ConvSums<int64_t>(layer.shape, layer.input.data(), 0, layer.filter.data(), finish);
      });
}

TEST(ConvWords, AreTheReference) {
  for (const bool extreme : {false, true}) {
    for (const Case& c : kCases) {
      SCOPED_TRACE(&c - kCases);
      ExpectConvOfWords(c, extreme);
    }
    for (const Case& c : kWideCases) {
      SCOPED_TRACE(&c - kWideCases);
      ExpectConvOfWords(c, extreme);
    }
  }
}

TEST(DepthwiseConv, WordsAreTheReference) {
  for (const bool extreme : {false, true}) {
    for (const int32_t multiplier : {1, 9}) {
      for (Case c : kCases) {
        SCOPED_TRACE(multiplier);
        c.outputs = c.channels * multiplier;
        const WideLayer layer(c, true, extreme);
        layer.Expect(
            [&](const ConvQuantized& p, const void* bias, TensorType type, int16_t* output) {
              DepthwiseConvInt16Loop(p, layer.input.data(), layer.filter.data(), bias, type,
                                     output);
            },
            [&](const FinishInt16& finish) {
              DepthwiseConvSums<int64_t>(layer.shape, layer.input.data(), 0, layer.filter.data(),
                                         finish);
            });
      }
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
