// OpClock: a profiler that keeps how long each op of the main subgraph took, the ops it calls
// included, the last time it ran.
#ifndef MILLRACE_MICRO_HOST_OP_CLOCK_H_
#define MILLRACE_MICRO_HOST_OP_CLOCK_H_

#include <chrono>
#include <cstdint>
#include <vector>

#include "micro/core/profiler.h"

namespace millrace::micro {

// Not thread-safe. Must not move while an interpreter uses its profiler.
class OpClock {
 public:
  OpClock();
  OpClock(const OpClock&) = delete;
  OpClock& operator=(const OpClock&) = delete;

  const Profiler* profiler() const { return &profiler_; }
  // By position in the subgraph's operators.
  const std::vector<double>& seconds() const { return seconds_; }

 private:
  struct Running {
    int32_t op;  // -1: not an op of the main subgraph
    std::chrono::steady_clock::time_point begin;
  };

  uint32_t Begin(const ProfileEvent& event);
  void End(uint32_t begun);

  Profiler profiler_;
  std::vector<Running> running_;  // events nest
  std::vector<double> seconds_;
};

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_HOST_OP_CLOCK_H_
