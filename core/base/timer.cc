#include "core/base/timer.h"

#include <pthread.h>

#include <algorithm>
#include <thread>

#include "core/base/clock.h"

namespace millrace {
namespace {

thread_local bool on_timer_thread = false;

int64_t TimeAfter(absl::Duration delay) {
  // Three hundred years are for ever, and do not overflow.
  constexpr int64_t kForever = int64_t{1} << 62;
  const int64_t now = RealClock()->NowNanos();
  const int64_t nanos = absl::ToInt64Nanoseconds(std::max(delay, absl::ZeroDuration()));
  return nanos > kForever - now ? kForever : now + nanos;
}

}  // namespace

Timer* Timer::Default() {
  static Timer* const timer = new Timer;
  return timer;
}

int64_t Timer::Schedule(absl::Duration delay, absl::AnyInvocable<void()> callback) {
  const int64_t time = TimeAfter(delay);
  MutexLock lock(&mu_);
  if (!started_) {
    started_ = true;
    std::thread thread([this] { Loop(); });
    pthread_setname_np(thread.native_handle(), "timer");
    thread.detach();
  }
  const int64_t id = next_id_++;
  const auto place = due_.emplace(std::make_pair(time, id), std::move(callback)).first;
  times_[id] = time;
  if (place == due_.begin()) changed_.Signal();
  return id;
}

bool Timer::Cancel(int64_t id) {
  absl::AnyInvocable<void()> dropped;  // destroyed outside the lock
  MutexLock lock(&mu_);
  const auto found = times_.find(id);
  if (found != times_.end()) {
    const auto entry = due_.find({found->second, id});
    dropped = std::move(entry->second);
    due_.erase(entry);
    times_.erase(found);
    return true;
  }
  while (running_ == id && !on_timer_thread) ran_.Wait(&mu_);
  return false;
}

void Timer::Loop() {
  on_timer_thread = true;
  mu_.Lock();
  for (;;) {
    if (due_.empty()) {
      changed_.Wait(&mu_);
      continue;
    }
    const auto first = due_.begin();
    const auto [time, id] = first->first;
    const int64_t wait = time - RealClock()->NowNanos();
    if (wait > 0) {
      changed_.WaitFor(&mu_, absl::Nanoseconds(wait));
      continue;
    }
    absl::AnyInvocable<void()> callback = std::move(first->second);
    due_.erase(first);
    times_.erase(id);
    running_ = id;
    mu_.Unlock();
    callback();
    callback = nullptr;
    mu_.Lock();
    running_ = -1;
    ran_.SignalAll();
  }
}

}  // namespace millrace
