#include "core/base/fake_clock.h"

#include <gtest/gtest.h>

#include <thread>

#include "core/base/notification.h"

namespace millrace {
namespace {

TEST(FakeClock, MovesOnlyWhenTold) {
  FakeClock clock;
  const absl::Time start = clock.Now();
  clock.SleepFor(absl::ZeroDuration());
  EXPECT_EQ(clock.NowNanos(), 0);
  Notification woke;
  std::thread sleeper([&] {
    clock.SleepFor(absl::Seconds(10));
    woke.Notify();
  });
  clock.WaitForSleepers(1);
  clock.Advance(absl::Seconds(9));
  EXPECT_FALSE(woke.HasBeenNotified());
  clock.Advance(absl::Seconds(1));
  woke.WaitForNotification();
  sleeper.join();
  EXPECT_EQ(clock.Now() - start, absl::Seconds(10));
  EXPECT_EQ(clock.NowNanos(), 10'000'000'000);
}

}  // namespace
}  // namespace millrace
