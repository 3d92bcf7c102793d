#include "micro/signal/fft.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <vector>

namespace millrace::micro::signal {
namespace {

template <typename T>
std::vector<T> Transform(const std::vector<T>& x, int32_t length) {
  std::vector<T> table(static_cast<size_t>(TwiddleCount(length)));
  FillTwiddles(length, table.data());
  std::vector<T> y(static_cast<size_t>(length) + 2);
  RealFft(x.data(), static_cast<int32_t>(x.size()), length, table.data(), y.data());
  return y;
}

template <typename T>
std::vector<T> InverseTransform(const std::vector<T>& x) {
  const auto length = static_cast<int32_t>(x.size()) - 2;
  std::vector<T> table(static_cast<size_t>(TwiddleCount(length)));
  FillTwiddles(length, table.data());
  std::vector<T> y(static_cast<size_t>(length));
  InverseRealFft(x.data(), length, table.data(), y.data());
  return y;
}

// Values in -1 .. 1 without a pattern.
std::vector<double> Noise(int32_t n) {
  std::vector<double> x;
  uint32_t state = 12345;
  for (int32_t i = 0; i < n; ++i) {
    state = state * 1664525 + 1013904223;
    x.push_back(static_cast<double>(static_cast<int32_t>(state)) / 2147483648.0);
  }
  return x;
}

std::complex<double> Definition(const std::vector<double>& x, int32_t length, int32_t k) {
  std::complex<double> sum = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    sum += x[i] * std::polar(1.0, -2 * M_PI * k * static_cast<double>(i) / length);
  }
  return sum;
}

// The largest distance from the definition, in steps of 1 / `one`; outputs are divided by
// `divisor`.
template <typename T>
double Deviation(int32_t size, int32_t length, double one, double divisor) {
  std::vector<double> x = Noise(size);
  std::vector<T> values;
  for (double& v : x) {
    values.push_back(static_cast<T>(v * one));
    v = static_cast<double>(values.back());
  }
  const std::vector<T> y = Transform(values, length);
  double worst = 0;
  for (int32_t k = 0; k <= length / 2; ++k) {
    const std::complex<double> expected = Definition(x, length, k) / divisor;
    const auto at = static_cast<size_t>(2 * k);
    worst =
        std::max(worst, std::abs(expected - std::complex<double>(static_cast<double>(y[at]),
                                                                 static_cast<double>(y[at + 1]))));
  }
  return worst;
}

TEST(Fft, FollowsTheDefinition) {
  for (int32_t length = 4; length <= 512; length *= 2) {
    const int32_t size = length - length / 8;  // the rest counts as zeros
    EXPECT_LT((Deviation<float>(size, length, 1.0, 1.0)), 1e-4) << length;
    EXPECT_LT((Deviation<int16_t>(size, length, 32767.0, length)), 4.0) << length;
    EXPECT_LT((Deviation<int32_t>(size, length, 2147483647.0, length)), 4.0) << length;
  }
}

TEST(Fft, InverseGivesTheSignalBack) {
  for (int32_t length = 4; length <= 1024; length *= 2) {
    const std::vector<double> noise = Noise(length);
    const std::vector<float> x(noise.begin(), noise.end());
    const std::vector<float> y = InverseTransform(Transform(x, length));
    for (size_t i = 0; i < x.size(); ++i) EXPECT_NEAR(x[i], y[i], 1e-5) << length;
  }
}

TEST(Fft, Int16InverseOfAConstant) {
  // A spectrum of one real value a at frequency 0 is the constant a / length.
  std::vector<int16_t> spectrum(34);
  spectrum[0] = 16384;
  for (const int16_t value : InverseTransform(spectrum)) EXPECT_EQ(value, 512);
}

// As tensorflow lite micro (KissFFT) has them.
TEST(Fft, Recorded) {
  const std::vector<int16_t> x = {-32768, 32767, 100,    -200,  -32768, -32768, 12345, 31000,
                                  5,      -7,    -30000, 29999, -1,     1,      32767, 32767};
  EXPECT_EQ(Transform(x, 16),
            (std::vector<int16_t>{2703, 0, 2240, 4512, 4396, 3292, -3603, -5771, -5045, 5847, -4958,
                                  -820, -4397, -6082, -1871, 1274, -8991, 0}));
  EXPECT_EQ(
      InverseTransform<int16_t>({10812, 0, 8960, 18048, 17584, 13168, -14412, -23084, -20180, 23388,
                                 -19832, -3280, -17588, -24328, -7484, 5096, 29572, 0}),
      (std::vector<int16_t>{-8188, -4097, 8218, -4143, -8186, -4091, -5105, 3652, 2, -12287, 692,
                            3401, 0, 4095, -5, 4094}));
  EXPECT_EQ(Transform(x, 32),
            (std::vector<int16_t>{1351, 0,     -3090, -434,  1120,  2256,  -526,  -745,  2199,
                                  1646, 1741,  -4208, -1802, -2886, -3888, -2383, -2523, 2924,
                                  1266, -1169, -2479, -410,  883,   -440,  -2198, -3041, -3299,
                                  126,  -936,  636,   -1278, -2114, -4495, 0}));
  EXPECT_EQ(
      Transform<int32_t>(
          {327685, -458759, -1966110000, 1966044463, -65537, 65537, 2147450879, 2147450879}, 8),
      (std::vector<int32_t>{536838142, 0, 16037024, 530275663, -22634841, 514236070, -15938719,
                            -498114555, -491437386, 0}));
}

TEST(Fft, Lengths) {
  for (const int32_t length : {4, 8, 512, 4096}) EXPECT_TRUE(IsFftLength(length));
  for (const int32_t length : {-8, 0, 1, 2, 3, 6, 480, 1 << 21}) EXPECT_FALSE(IsFftLength(length));
}

}  // namespace
}  // namespace millrace::micro::signal
