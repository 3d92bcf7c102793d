// Frame: the memory of one run of a plan. FramePool: frames for the next runs.
#ifndef MILLRACE_CORE_RUNTIME_FRAME_H_
#define MILLRACE_CORE_RUNTIME_FRAME_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "core/base/mutex.h"
#include "core/runtime/plan.h"
#include "core/tensor/tensor.h"

namespace millrace {

struct PlanImpl;

struct Frame {
  explicit Frame(const PlanImpl& plan);

  // Slots that are not in use are uninitialised, also between runs.
  const std::unique_ptr<Tensor[]> slots;
  // Predecessors that are still to come, by PlanNode::join.
  const std::unique_ptr<std::atomic<int32_t>[]> joins;

  // ----- the run under way
  const PlanImpl* const plan;
  StepContext* step = nullptr;
  Plan::Done done;
  bool timed = false;  // kernels are measured
  // Threads that work for the run, and asynchronous kernels that have not finished.
  std::atomic<int64_t> active{0};
  std::atomic<bool> failed{false};
  Mutex mu;
  absl::Status status ABSL_GUARDED_BY(mu);  // of the first node that failed

  // Arguments to where they are needed. REQUIRES: args.size() >= plan.num_args.
  void LoadArgs(std::vector<Tensor>& args);
  std::vector<Tensor> TakeResults();
  // Drops what a failed run has left.
  void Clear();
};

// Keeps a few frames. Thread-safe, without a lock.
class FramePool {
 public:
  FramePool() = default;
  ~FramePool();
  FramePool(const FramePool&) = delete;
  FramePool& operator=(const FramePool&) = delete;

  std::unique_ptr<Frame> Take(const PlanImpl& plan);
  void Return(std::unique_ptr<Frame> frame);

 private:
  static constexpr int kKept = 8;
  std::array<std::atomic<Frame*>, kKept> kept_{};
};

}  // namespace millrace

#endif  // MILLRACE_CORE_RUNTIME_FRAME_H_
