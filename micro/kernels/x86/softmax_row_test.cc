// The loop of this folder against its definition, element by element.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "micro/kernels/common/float_exp.h"
#include "micro/kernels/loops/softmax.h"

namespace millrace::micro {
namespace {

std::vector<int8_t> Row(int32_t count, int spread) {
  std::mt19937 random(static_cast<unsigned>(count));
  std::vector<int8_t> row(static_cast<size_t>(count));
  for (int8_t& x : row) x = static_cast<int8_t>(static_cast<int>(random() % spread) - spread / 2);
  return row;
}

std::vector<int32_t> Expected(const ScaledExp& exp, const std::vector<int8_t>& row, bool wide) {
  int32_t max;
  const SoftmaxShare share(exp.Sum(row.data(), static_cast<int32_t>(row.size()), &max), wide);
  std::vector<int32_t> shares;
  for (const int8_t x : row) {
    const int32_t difference = x - max;
    shares.push_back(difference < exp.least ? share.Least() : share.Of(exp.Exp(difference)));
  }
  return shares;
}

TEST(Softmax, OfBytesIsItsDefinition) {
  for (const float scale : {0.004f, 0.1f, 1.0f, 1000.0f}) {
    ScaledExp exp;
    ASSERT_TRUE(ScaledExp::Make(1.0f, scale, &exp));
    for (const int32_t count : {1, 2, 10, 257, 1001, 9000}) {  // the last one's sum saturates
      for (const int spread : {1, 20, 256}) {
        const std::vector<int8_t> row = Row(count, spread);
        std::vector<int8_t> narrow = row;  // in place
        SoftmaxRows(exp, narrow.data(), 1, count, narrow.data(), false);
        std::vector<int16_t> wide(row.size());
        int8_t* last = reinterpret_cast<int8_t*>(wide.data()) + count;
        std::memcpy(last, row.data(), row.size());
        SoftmaxRows(exp, last, 1, count, wide.data(), true);
        const std::vector<int32_t> of_narrow = Expected(exp, row, false),
                                   of_wide = Expected(exp, row, true);
        EXPECT_TRUE(std::equal(narrow.begin(), narrow.end(), of_narrow.begin()));
        EXPECT_TRUE(std::equal(wide.begin(), wide.end(), of_wide.begin()));
      }
    }
  }
}

template <typename T>
void ExpectSameRows(const ScaledExp& exp, int32_t rows, int32_t count, int spread) {
  const std::vector<int8_t> input = Row(rows * count, spread);
  std::vector<T> output(input.size());
  SoftmaxRows(exp, input.data(), rows, count, output.data(), sizeof(T) == 2);
  for (int32_t i = 0; i < rows; ++i) {
    const std::vector<int8_t> row(input.begin() + i * count, input.begin() + (i + 1) * count);
    const std::vector<int32_t> expected = Expected(exp, row, sizeof(T) == 2);
    ASSERT_TRUE(std::equal(expected.begin(), expected.end(), output.begin() + i * count))
        << i << " of " << rows << " x " << count;
  }
}

TEST(Softmax, OfManyRowsIsThatOfEach) {
  for (const float scale : {0.004f, 0.1f, 1.0f, 1000.0f}) {
    ScaledExp exp;
    ASSERT_TRUE(ScaledExp::Make(1.0f, scale, &exp));
    for (const int32_t rows : {1, 7, 8, 40}) {
      for (const int32_t count : {1, 2, 7, 8, 31, 32, 33, 300, 9000}) {
        for (const int spread : {1, 20, 256}) {
          if (rows * count > 100000) continue;
          ExpectSameRows<int8_t>(exp, rows, count, spread);
          ExpectSameRows<int16_t>(exp, rows, count, spread);
        }
      }
    }
  }
}

// As common/float_exp.h and sums in order have them, bit for bit.
std::vector<float> Expected(float beta, const std::vector<float>& row) {
  float max = row[0], sum = 0.0f;
  for (const float x : row) max = x > max ? x : max;
  std::vector<float> shares;
  for (const float x : row) {
    shares.push_back(FloatExp((x - max) * beta));
    sum += shares.back();
  }
  for (float& share : shares) share /= sum;
  return shares;
}

TEST(Softmax, OfFloatsIsItsDefinition) {
  std::mt19937 random(1);
  for (const float deviation : {0.1f, 3.0f, 40.0f, 1e30f}) {
    std::normal_distribution<float> normal(0.0f, deviation);
    for (const int32_t rows : {1, 2, 7, 8, 9, 19}) {
      for (const int32_t count : {1, 2, 7, 8, 9, 31, 32, 33, 1001}) {
        std::vector<float> input(static_cast<size_t>(rows * count)), output(input.size());
        for (float& x : input) x = normal(random);
        if (rows == 9) input[input.size() / 2] = NAN;
        if (rows == 19) input[input.size() / 3] = INFINITY, input[1] = -INFINITY;
        for (const float beta : {1.0f, 0.37f, -0.5f}) {
          SoftmaxRows(beta, input.data(), rows, count, output.data());
          for (int32_t i = 0; i < rows; ++i) {
            const std::vector<float> expected =
                Expected(beta, {input.begin() + i * count, input.begin() + (i + 1) * count});
            for (int32_t k = 0; k < count; ++k) {
              const float share = output[static_cast<size_t>(i * count + k)];
              const float truth = expected[static_cast<size_t>(k)];
              ASSERT_TRUE(share == truth || (share != share && truth != truth))
                  << rows << " x " << count << ": " << share << " " << truth;
            }
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace millrace::micro
