// A one-time event.
#pragma once

#include <atomic>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "core/base/mutex.h"

namespace millrace {

// Starts un-notified, becomes notified once. What happened before Notify is visible after a wait.
// Thread-safe; a waiter may destroy it as soon as its wait has returned.
class Notification {
 public:
  Notification() = default;
  ~Notification();
  Notification(const Notification&) = delete;
  Notification& operator=(const Notification&) = delete;

  // Wakes all waiters, present and future. Further calls do nothing.
  void Notify();
  bool HasBeenNotified() const { return notified_.load(std::memory_order_acquire); }
  void WaitForNotification();
  // True when notified within `timeout`.
  bool WaitForNotificationWithTimeout(absl::Duration timeout);

 private:
  Mutex mu_;
  CondVar cv_;
  std::atomic<bool> notified_{
      false};  // Written under mu_, so that a waiter between its check and its wait misses nothing.
};

}  // namespace millrace
