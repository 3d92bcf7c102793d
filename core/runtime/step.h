// StepContext: what all kernels of one step share, the functions it calls included.
#ifndef MILLRACE_CORE_RUNTIME_STEP_H_
#define MILLRACE_CORE_RUNTIME_STEP_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "core/base/cancellation.h"
#include "core/runtime/rendezvous.h"

namespace millrace {

class StatsCollector;  // core/runtime/stats.h

// Owned by whoever runs the step; outlives every kernel call of it.
struct StepContext {
  uint64_t step_id = 0;  // random, never 0, drawn by the master that runs the step
  Rendezvous* rendezvous = nullptr;
  Cancellation* cancellation = nullptr;
  absl::Time deadline = absl::InfiniteFuture();
  StatsCollector* stats = nullptr;  // null: not collected
  int function_depth = 0;           // of nested calls; RESOURCE_EXHAUSTED beyond kMaxFunctionDepth
  // Part of the keys under which `_Send` and `_Recv` meet: the loop a function is called by, and
  // its turn.
  uint64_t frame = 0;
  int64_t iteration = 0;
  static constexpr int kMaxFunctionDepth = 1000;

  // Resource container that dies with the step (stacks, tensor arrays).
  std::string container() const;
  // Set by container(): only then does the step's owner have something to clear.
  mutable std::atomic<bool> container_used{false};
};

}  // namespace millrace

#endif  // MILLRACE_CORE_RUNTIME_STEP_H_
