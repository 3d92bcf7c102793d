#include "core/base/notification.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

namespace millrace {
namespace {

TEST(Notification, WakesWaiters) {
  for (int i = 0; i < 50; ++i) {
    auto notification = std::make_unique<Notification>();
    int value = 0;
    EXPECT_FALSE(notification->HasBeenNotified());
    std::thread other([&, n = notification.get()] {
      value = 5;
      n->Notify();
    });
    notification->WaitForNotification();
    EXPECT_EQ(value, 5);
    notification.reset();
    other.join();
  }
}

TEST(Notification, TimesOut) {
  Notification notification;
  EXPECT_FALSE(notification.WaitForNotificationWithTimeout(absl::Milliseconds(5)));
  notification.Notify();
  notification.Notify();
  EXPECT_TRUE(notification.WaitForNotificationWithTimeout(absl::ZeroDuration()));
  EXPECT_TRUE(notification.HasBeenNotified());
}

}  // namespace
}  // namespace millrace
