// The queues behind a ThreadPool.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "core/base/mutex.h"

namespace millrace {

// One queue a worker, first in first out; a worker whose own is empty takes from the others.
// Thread-safe.
//
// No wake-up is lost: Push counts the task before it looks for sleepers, a worker counts itself as
// a sleeper before it looks for tasks, all sequentially consistent. A spinning worker stands in for
// a wake-up; a worker that was idle and took a task wakes the next one while tasks remain.
class WorkQueue {
 public:
  using Task = absl::AnyInvocable<void()>;

  explicit WorkQueue(int num_workers);

  // Adds a task; `worker` is the caller's index, or -1 when it is none.
  void Push(Task task, int worker);

  // The next task for `worker`; waits for one. False after Close.
  bool Pop(int worker, Task* task);

  // Lets Pop fail: once the queues are empty, or with `discard` at once.
  void Close(bool discard);

 private:
  // Queues of different workers share no cache line.
  struct alignas(64) Queue {
    Mutex mu;
    std::deque<Task> tasks ABSL_GUARDED_BY(mu);
  };

  enum class State { kOpen, kDraining, kDiscarding };

  bool TryPop(int worker, Task* task);
  bool Spin();
  void Sleep();
  void WakeIfNobodySpins();

  const int num_workers_;
  const int max_spinning_;
  const std::unique_ptr<Queue[]> queues_;

  alignas(64) std::atomic<uint32_t> next_queue_{0};
  alignas(64) std::atomic<int64_t> num_tasks_{
      0};  // Briefly below the truth, even negative, while a Push is under way.
  std::atomic<int> num_spinning_{0};
  std::atomic<int> num_sleeping_{0};
  std::atomic<State> state_{State::kOpen};

  Mutex sleep_mu_;
  CondVar wake_;
  int num_wakes_ ABSL_GUARDED_BY(sleep_mu_) = 0;  // Sent and not yet taken.
};

}  // namespace millrace
