#include "micro/host/op_clock.h"

namespace millrace::micro {

using Clock = std::chrono::steady_clock;

OpClock::OpClock() {
  profiler_.user = this;
  profiler_.begin = [](void* user, const ProfileEvent& event) {
    return static_cast<OpClock*>(user)->Begin(event);
  };
  profiler_.end = [](void* user, uint32_t begun) { static_cast<OpClock*>(user)->End(begun); };
}

uint32_t OpClock::Begin(const ProfileEvent& event) {
  const bool counts = event.subgraph == 0 && !event.is_part;
  running_.push_back({counts ? event.op_index : -1, Clock::now()});
  return static_cast<uint32_t>(running_.size() - 1);
}

void OpClock::End(uint32_t begun) {
  const Running event = running_[begun];
  running_.resize(begun);
  if (event.op < 0) return;
  const size_t op = static_cast<size_t>(event.op);
  if (seconds_.size() <= op) seconds_.resize(op + 1);
  seconds_[op] = std::chrono::duration<double>(Clock::now() - event.begin).count();
}

}  // namespace millrace::micro
