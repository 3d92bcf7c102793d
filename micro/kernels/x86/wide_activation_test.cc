#include "micro/kernels/loops/wide_activation.h"

#include <gtest/gtest.h>

#include <vector>

namespace millrace::micro {
namespace {

std::vector<int16_t> AllWords() {
  std::vector<int16_t> words;
  for (int32_t i = INT16_MIN; i <= INT16_MAX; ++i) words.push_back(static_cast<int16_t>(i));
  return words;
}

TEST(WideActivation, IsThatOfOneByOneForAllWords) {
  const std::vector<int16_t> input = AllWords();
  const auto count = static_cast<int32_t>(input.size());
  std::vector<int16_t> logistic(input.size()), tanh(input.size());
  for (const WideFactor factor : {WideFactor{24576, 13},
                                  {16384, 0},
                                  {32767, 5},
                                  {20000, 31},
                                  {16385, 12},
                                  {17000, 10},
                                  {0, 1}}) {
    LogisticLoop(factor, input.data(), count, logistic.data());
    TanhLoop(factor, input.data(), count, tanh.data());
    for (size_t i = 0; i < input.size(); ++i) {
      ASSERT_EQ(logistic[i], Sigmoid16(factor.Of(input[i]))) << input[i];
      ASSERT_EQ(tanh[i], Tanh16(factor.Of(input[i]))) << input[i];
    }
  }
}

TEST(WideActivation, OfAnyNumberInPlace) {
  const WideFactor factor = {24576, 13};
  for (int32_t count = 0; count < 40; ++count) {
    std::vector<int16_t> values;
    for (int32_t i = 0; i < count; ++i) values.push_back(static_cast<int16_t>(i * 1234 - 20000));
    std::vector<int16_t> logistic = values, tanh = values;
    LogisticLoop(factor, logistic.data(), count, logistic.data());
    TanhLoop(factor, tanh.data(), count, tanh.data());
    for (size_t i = 0; i < values.size(); ++i) {
      ASSERT_EQ(logistic[i], Sigmoid16(factor.Of(values[i])));
      ASSERT_EQ(tanh[i], Tanh16(factor.Of(values[i])));
    }
  }
}

}  // namespace
}  // namespace millrace::micro
