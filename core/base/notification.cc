#include "core/base/notification.h"

#include "absl/time/clock.h"

namespace millrace {

// Taking the lock lets a Notify that woke the destroying thread leave its critical section.
Notification::~Notification() { MutexLock lock(&mu_); }

void Notification::Notify() {
  MutexLock lock(&mu_);
  notified_.store(true, std::memory_order_release);
  cv_.SignalAll();
}

// The lock is always taken, also when already notified: Notify may still hold it, and the caller
// may destroy this object.
void Notification::WaitForNotification() {
  MutexLock lock(&mu_);
  while (!HasBeenNotified()) cv_.Wait(&mu_);
}

bool Notification::WaitForNotificationWithTimeout(absl::Duration timeout) {
  const absl::Time start = absl::Now();
  MutexLock lock(&mu_);
  while (!HasBeenNotified()) {
    const absl::Duration left = timeout - (absl::Now() - start);
    if (left <= absl::ZeroDuration()) return false;
    cv_.WaitFor(&mu_, left);
  }
  return true;
}

}  // namespace millrace
