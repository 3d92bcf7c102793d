#include "core/base/timer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/base/notification.h"

namespace millrace {
namespace {

TEST(TimerTest, RunsInOrderOfTime) {
  std::vector<int> order;
  Notification last;
  Timer::Default()->Schedule(absl::Milliseconds(30), [&] {
    order.push_back(2);
    last.Notify();
  });
  Timer::Default()->Schedule(absl::Milliseconds(1), [&] { order.push_back(1); });
  last.WaitForNotification();
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
}

TEST(TimerTest, CancelledCallbackNeverRuns) {
  std::atomic<bool> ran{false};
  const int64_t id = Timer::Default()->Schedule(absl::Hours(1), [&] { ran = true; });
  EXPECT_TRUE(Timer::Default()->Cancel(id));
  EXPECT_FALSE(Timer::Default()->Cancel(id));
  EXPECT_FALSE(ran);
}

TEST(TimerTest, CancelWaitsForARunningCallback) {
  Notification begun;
  std::atomic<bool> finished{false};
  const int64_t id = Timer::Default()->Schedule(absl::ZeroDuration(), [&] {
    begun.Notify();
    absl::SleepFor(absl::Milliseconds(5));
    finished = true;
  });
  begun.WaitForNotification();
  EXPECT_FALSE(Timer::Default()->Cancel(id));
  EXPECT_TRUE(finished);
}

TEST(TimerTest, InfiniteDelayNeverComes) {
  const int64_t id = Timer::Default()->Schedule(absl::InfiniteDuration(), [] { FAIL(); });
  EXPECT_TRUE(Timer::Default()->Cancel(id));
}

TEST(TimerTest, ACallbackMayScheduleAndCancel) {
  Notification done;
  Timer::Default()->Schedule(absl::ZeroDuration(), [&] {
    const int64_t id = Timer::Default()->Schedule(absl::Hours(1), [] {});
    EXPECT_TRUE(Timer::Default()->Cancel(id));
    Timer::Default()->Schedule(absl::ZeroDuration(), [&] { done.Notify(); });
  });
  done.WaitForNotification();
}

}  // namespace
}  // namespace millrace
