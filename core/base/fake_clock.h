// A clock for tests that moves only when told.
#pragma once

#include "absl/base/thread_annotations.h"
#include "core/base/clock.h"
#include "core/base/mutex.h"

namespace millrace {

// Thread-safe. Both clocks move together.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(absl::Time start = absl::FromUnixSeconds(1'700'000'000)) : now_(start) {}

  absl::Time Now() override;
  int64_t NowNanos() override;
  // Blocks until Advance has moved the clock by `duration`.
  void SleepFor(absl::Duration duration) override;

  // Moves on by `duration` and wakes the sleepers whose time has come.
  void Advance(absl::Duration duration);
  // Waits until `count` threads are in SleepFor, so that a test can be sure its Advance is noticed.
  void WaitForSleepers(int count);

 private:
  Mutex mu_;
  CondVar changed_;
  absl::Time now_ ABSL_GUARDED_BY(mu_);
  absl::Duration elapsed_ ABSL_GUARDED_BY(mu_);
  int sleepers_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace millrace
