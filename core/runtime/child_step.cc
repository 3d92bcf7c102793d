#include "core/runtime/child_step.h"

namespace millrace {

uint64_t FrameInside(uint64_t frame, int64_t iteration) {
  // The constants of splitmix64.
  uint64_t x = frame + 0x9e3779b97f4a7c15 * (static_cast<uint64_t>(iteration) + 1);
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

ChildStep::ChildStep(StepContext* parent) : parent_(parent) {
  step_.step_id = parent->step_id;
  step_.rendezvous = parent->rendezvous;
  step_.cancellation = parent->cancellation;
  step_.deadline = parent->deadline;
  step_.stats = parent->stats;
  step_.function_depth = parent->function_depth;
  step_.frame = parent->frame;
  step_.iteration = parent->iteration;
}

ChildStep::~ChildStep() {
  if (step_.container_used.load(std::memory_order_relaxed)) {
    parent_->container_used.store(true, std::memory_order_relaxed);
  }
}

}  // namespace millrace
