#include "core/base/fake_clock.h"

namespace millrace {

absl::Time FakeClock::Now() {
  MutexLock lock(&mu_);
  return now_;
}

int64_t FakeClock::NowNanos() {
  MutexLock lock(&mu_);
  return absl::ToInt64Nanoseconds(elapsed_);
}

void FakeClock::SleepFor(absl::Duration duration) {
  MutexLock lock(&mu_);
  const absl::Duration until = elapsed_ + duration;
  if (elapsed_ >= until) return;
  ++sleepers_;
  changed_.SignalAll();
  while (elapsed_ < until) changed_.Wait(&mu_);
  --sleepers_;
}

void FakeClock::Advance(absl::Duration duration) {
  MutexLock lock(&mu_);
  now_ += duration;
  elapsed_ += duration;
  changed_.SignalAll();
}

void FakeClock::WaitForSleepers(int count) {
  MutexLock lock(&mu_);
  while (sleepers_ < count) changed_.Wait(&mu_);
}

}  // namespace millrace
