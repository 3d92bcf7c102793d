#include "core/base/mutex.h"

#include <chrono>

#include "absl/time/clock.h"

namespace millrace {
namespace {

// Beyond this the clocks' arithmetic could overflow, and nobody waits so long.
constexpr absl::Duration kForever = absl::Hours(24 * 365 * 50);

}  // namespace

void CondVar::Wait(Mutex* mu) {
  std::unique_lock<std::mutex> lock(mu->mu_, std::adopt_lock);
  cv_.wait(lock);
  lock.release();
}

bool CondVar::WaitFor(Mutex* mu, absl::Duration timeout) {
  if (timeout >= kForever) {
    Wait(mu);
    return false;
  }
  std::unique_lock<std::mutex> lock(mu->mu_, std::adopt_lock);
  std::cv_status result = cv_.wait_for(lock, absl::ToChronoNanoseconds(timeout));
  lock.release();
  return result == std::cv_status::timeout;
}

bool CondVar::WaitUntil(Mutex* mu, absl::Time deadline) {
  if (deadline == absl::InfiniteFuture() || deadline - absl::Now() >= kForever) {
    Wait(mu);
    return false;
  }
  std::unique_lock<std::mutex> lock(mu->mu_, std::adopt_lock);
  std::cv_status result = cv_.wait_until(lock, absl::ToChronoTime(deadline));
  lock.release();
  return result == std::cv_status::timeout;
}

}  // namespace millrace
