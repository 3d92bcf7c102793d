#include "core/base/checked_math.h"

#include <gtest/gtest.h>

#include <limits>

namespace millrace {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

TEST(CheckedMath, FitsOrLeavesTheResultAlone) {
  int64_t r = -7;
  EXPECT_TRUE(CheckedMul(int64_t{1} << 31, int64_t{1} << 31, &r));
  EXPECT_EQ(r, int64_t{1} << 62);
  EXPECT_TRUE(CheckedMul(0, kMax, &r));
  EXPECT_EQ(r, 0);
  EXPECT_FALSE(CheckedMul(int64_t{1} << 32, int64_t{1} << 31, &r));
  EXPECT_FALSE(CheckedMul(-1, 5, &r));
  EXPECT_FALSE(CheckedMul(-1, -1, &r));
  EXPECT_EQ(r, 0);
  EXPECT_TRUE(CheckedAdd(kMax - 1, 1, &r));
  EXPECT_EQ(r, kMax);
  EXPECT_FALSE(CheckedAdd(kMax, 1, &r));
  EXPECT_FALSE(CheckedAdd(-1, 1, &r));
}

}  // namespace
}  // namespace millrace
