// Threads that run short tasks, and the two pools every process has.
#pragma once

#include <cstdint>
#include <memory>

#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

namespace millrace {

// A fixed number of threads. Tasks start in about the order they were scheduled; an idle thread
// takes work from busy ones. A waiting thread spins for some microseconds before it sleeps, so that
// a step's next task starts quickly. Thread-safe.
class ThreadPool {
 public:
  // `name` shows in debuggers and top. num_threads < 1 counts as 1.
  static std::unique_ptr<ThreadPool> Create(absl::string_view name, int num_threads);

  // Runs every task already scheduled, then joins. REQUIRES: not called on one of the pool's own
  // threads; nothing else uses the pool any more, but for its own tasks. In a child forked from the
  // pool's process it does nothing.
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  // Has a thread of the pool run `task`. Never blocks for long, never runs it here. Tasks do not
  // throw.
  void Schedule(absl::AnyInvocable<void()> task);

  int size() const;

  // 0 .. size()-1 on a thread of this pool, else -1.
  int CurrentThreadIndex() const;

  // Calls fn(begin, end) for disjoint ranges that cover [0, total), each but the last of at least
  // `grain` items (grain < 1 counts as 1), and returns when all have returned. fn is called on this
  // thread and on those of the pool that are free, at most size() at once. The caller works through
  // ranges itself and waits only for ranges that have begun, so the call is safe, also nested, on
  // the pool's own threads. One inline call, without allocation, when total <= grain or size()
  // is 1.
  void ParallelFor(int64_t total, int64_t grain,
                   absl::FunctionRef<void(int64_t begin, int64_t end)> fn);

  // Has every thread of every pool, present and future, call `init` once, before the next task that
  // it starts. For per-thread settings of libraries (OpenMP's number of threads). The same function
  // added twice runs once.
  static void AddThreadInit(void (*init)());

 private:
  class Impl;
  friend ThreadPool* ComputePool();
  friend ThreadPool* WaitPool();

  explicit ThreadPool(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

// The process's pool for computing: as many threads as this process may use cores (its affinity
// mask), or as MILLRACE_NUM_THREADS says. Made on first use; its tasks never block. Lives for ever;
// its threads end at exit, after the tasks they are in (a task that does not return within two
// seconds is left behind); tasks scheduled later are dropped.
ThreadPool* ComputePool();

// The process's pool for work that waits, such as files: a few threads, else the same. Tasks must
// not wait for each other.
ThreadPool* WaitPool();

// True in a child forked from a process that had made a ThreadPool. Its threads do not exist here,
// so the runtime must not be used: answer FAILED_PRECONDITION.
bool ForkedAfterUse();

}  // namespace millrace
