// The loop of this folder against its definition, element by element.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <vector>

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
        SoftmaxRow(exp, narrow.data(), count, narrow.data(), false);
        std::vector<int16_t> wide(row.size());
        int8_t* last = reinterpret_cast<int8_t*>(wide.data()) + count;
        std::memcpy(last, row.data(), row.size());
        SoftmaxRow(exp, last, count, wide.data(), true);
        const std::vector<int32_t> of_narrow = Expected(exp, row, false),
                                   of_wide = Expected(exp, row, true);
        EXPECT_TRUE(std::equal(narrow.begin(), narrow.end(), of_narrow.begin()));
        EXPECT_TRUE(std::equal(wide.begin(), wide.end(), of_wide.begin()));
      }
    }
  }
}

}  // namespace
}  // namespace millrace::micro
