#include "micro/kernels/loops/sum_rows.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace millrace::micro {
namespace {

template <typename T, typename Sum>
void ExpectSumsOneByOne(int32_t rows, int32_t columns, T (*value)(std::mt19937&)) {
  const ptrdiff_t stride = columns + 3;
  std::mt19937 random(static_cast<unsigned>(rows + columns));
  std::vector<T> input(static_cast<size_t>(rows * stride));
  for (T& x : input) x = value(random);
  std::vector<Sum> sums(static_cast<size_t>(columns) + 1, Sum{5}), expected = sums;
  for (int32_t r = 0; r < rows; ++r) {
    for (int32_t c = 0; c < columns; ++c) {
      expected[static_cast<size_t>(c)] += input[static_cast<size_t>(r * stride + c)];
    }
  }
  SumRows(input.data(), stride, rows, columns, sums.data());
  ASSERT_EQ(sums, expected) << rows << " x " << columns;
}

TEST(SumRows, AreThoseOfOneByOne) {
  for (const int32_t rows : {0, 1, 2, 49, 255, 256, 257, 600}) {
    for (const int32_t columns : {1, 8, 31, 32, 33, 64, 100}) {
      ExpectSumsOneByOne<float, float>(rows, columns, [](std::mt19937& random) {
        return std::normal_distribution<float>()(random);
      });
      ExpectSumsOneByOne<int8_t, int32_t>(
          rows, columns, [](std::mt19937& random) { return static_cast<int8_t>(random()); });
      ExpectSumsOneByOne<int8_t, int32_t>(rows, columns,
                                          [](std::mt19937&) { return int8_t{-128}; });
    }
  }
}

TEST(SumRows, OfEachRowAreInOrder) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0.0f, 1000.0f);
  for (const int32_t rows : {0, 1, 7, 8, 9, 25}) {
    for (const int32_t count : {1, 2, 7, 8, 9, 32, 100}) {
      std::vector<float> input(static_cast<size_t>(rows * count));
      for (float& x : input) x = normal(random);
      std::vector<float> sums(static_cast<size_t>(rows)), expected(sums.size());
      for (size_t i = 0; i < input.size(); ++i)
        expected[i / static_cast<size_t>(count)] += input[i];
      SumEachRow(input.data(), rows, count, sums.data());
      ASSERT_EQ(sums, expected) << rows << " x " << count;
    }
  }
}

}  // namespace
}  // namespace millrace::micro
