// ChildStep: the step that a part of a step sees, a function it calls or a turn of a loop.
#ifndef MILLRACE_CORE_RUNTIME_CHILD_STEP_H_
#define MILLRACE_CORE_RUNTIME_CHILD_STEP_H_

#include <cstdint>

#include "core/runtime/step.h"

namespace millrace {

// The number of the loop that begins where the caller is at turn `iteration` of loop `frame`: the
// same on each device that has a part of it.
uint64_t FrameInside(uint64_t frame, int64_t iteration);

// All that `parent`, which must outlive it, has; what is changed here is not changed there.
class ChildStep {
 public:
  explicit ChildStep(StepContext* parent);
  ~ChildStep();

  StepContext* get() { return &step_; }
  const StepContext* get() const { return &step_; }

 private:
  StepContext* const parent_;
  StepContext step_;
};

}  // namespace millrace

#endif  // MILLRACE_CORE_RUNTIME_CHILD_STEP_H_
