// Worker: a thread's place in the executor, so that an asynchronous kernel that is finished by a
// kernel of the same step goes on here, without recursion and without waking another thread.
#ifndef MILLRACE_CORE_RUNTIME_WORKER_H_
#define MILLRACE_CORE_RUNTIME_WORKER_H_

#include <cstdint>

#include "absl/container/inlined_vector.h"

namespace millrace {

struct AsyncCall;

// Has a thread finish `call`, one of a parallel run, and run what follows.
void ResumeAsync(AsyncCall* call);
// The same, on a thread of the device's compute pool.
void ResumeElsewhere(AsyncCall* call);

// On the stack of a thread that runs kernels; used by that thread only. Workers nest as runs do.
class Worker {
 public:
  explicit Worker(uint64_t step_id) : step_id_(step_id), outer_(current_) { current_ = this; }
  ~Worker() { current_ = outer_; }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // The innermost worker of this thread, null outside of runs.
  static Worker* Current() { return current_; }

  uint64_t step_id() const { return step_id_; }
  void Defer(AsyncCall* call) { deferred_.push_back(call); }
  bool has_deferred() const { return !deferred_.empty(); }
  AsyncCall* PopDeferred() {
    AsyncCall* call = deferred_.back();
    deferred_.pop_back();
    return call;
  }
  // This thread has work of its own left: others take over.
  void HandOver() {
    while (has_deferred()) ResumeElsewhere(PopDeferred());
  }

 private:
  static thread_local Worker* current_;

  const uint64_t step_id_;
  Worker* const outer_;
  absl::InlinedVector<AsyncCall*, 4> deferred_;
};

}  // namespace millrace

#endif  // MILLRACE_CORE_RUNTIME_WORKER_H_
