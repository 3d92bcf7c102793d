// Time, behind a seam that tests can replace (fake_clock.h).
#pragma once

#include <cstdint>

#include "absl/time/time.h"

namespace millrace {

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  // The wall clock: for what people and files see. It may jump.
  virtual absl::Time Now() = 0;
  // A monotonic clock with an arbitrary zero, in nanoseconds: for durations and timeouts.
  virtual int64_t NowNanos() = 0;
  // Blocks the thread. Zero or less returns at once.
  virtual void SleepFor(absl::Duration duration) = 0;
};

// The machine's clocks. Lives for ever.
Clock* RealClock();

}  // namespace millrace
