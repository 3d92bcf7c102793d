#include "core/base/clock.h"

#include <gtest/gtest.h>

#include "absl/time/clock.h"

namespace millrace {
namespace {

TEST(RealClock, MovesOn) {
  Clock* clock = RealClock();
  const int64_t start = clock->NowNanos();
  const absl::Time wall = clock->Now();
  clock->SleepFor(absl::Milliseconds(5));
  clock->SleepFor(absl::Seconds(-1));
  EXPECT_GE(clock->NowNanos() - start, 5'000'000);
  EXPECT_GT(clock->Now(), wall);
  EXPECT_LT(absl::Now() - wall, absl::Minutes(1));
}

}  // namespace
}  // namespace millrace
