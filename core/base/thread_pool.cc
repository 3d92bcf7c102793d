#include "core/base/thread_pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "core/base/parallel_for.h"
#include "core/base/work_queue.h"

namespace millrace {
namespace {

// Which pool's thread this is.
thread_local const void* current_pool = nullptr;
thread_local int current_index = -1;

// What AddThreadInit was given: slots below the count are set and stay so.
constexpr int kMaxThreadInits = 16;
std::atomic<void (*)()> thread_inits[kMaxThreadInits];
std::atomic<int> num_thread_inits{0};

Mutex* ThreadInitsMutex() {
  static Mutex* const mu = new Mutex;
  return mu;
}

// Set in a forked child. Registered before the first pool's threads start.
std::atomic<bool> forked_after_use{false};

void WatchForks() {
  static const int registered = pthread_atfork(
      nullptr, nullptr, [] { forked_after_use.store(true, std::memory_order_relaxed); });
  (void)registered;
}

int AvailableCores() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0) return std::max(1, CPU_COUNT(&set));
  return std::max(1u, std::thread::hardware_concurrency());
}

int ComputePoolSize() {
  int from_user = 0;
  const char* text = getenv("MILLRACE_NUM_THREADS");
  if (text != nullptr && absl::SimpleAtoi(text, &from_user) && from_user > 0) return from_user;
  return AvailableCores();
}

}  // namespace

class ThreadPool::Impl {
 public:
  Impl(absl::string_view name, int num_threads) : queue_(num_threads), num_live_(num_threads) {
    WatchForks();
    threads_.reserve(num_threads);
    for (int i = 0; i < num_threads; ++i) {
      threads_.emplace_back([this, i] { Work(i); });
      // The system's limit is 15 characters.
      const std::string thread_name = absl::StrCat(name.substr(0, 10), "/", i);
      pthread_setname_np(threads_.back().native_handle(), thread_name.substr(0, 15).c_str());
    }
  }

  void Schedule(absl::AnyInvocable<void()> task) { queue_.Push(std::move(task), CurrentIndex()); }

  int size() const { return static_cast<int>(threads_.size()); }

  int CurrentIndex() const { return current_pool == this ? current_index : -1; }

  void DrainAndJoin() {
    queue_.Close(/*discard=*/false);
    for (std::thread& thread : threads_) thread.join();
  }

  // At exit: drops what has not started and waits, not for ever, for what has.
  void StopForExit() {
    queue_.Close(/*discard=*/true);
    const int self = CurrentIndex() >= 0 ? 1 : 0;  // A task called exit().
    const absl::Time deadline = absl::Now() + absl::Seconds(2);
    {
      MutexLock lock(&live_mu_);
      while (num_live_ > self && !thread_ended_.WaitUntil(&live_mu_, deadline)) {
      }
      if (num_live_ > 0) return;
    }
    for (std::thread& thread : threads_) thread.join();  // they have ended, or are about to
  }

 private:
  void Work(int index) {
    current_pool = this;
    current_index = index;
    int inits_done = 0;
    absl::AnyInvocable<void()> task;
    while (queue_.Pop(index, &task)) {
      const int inits = num_thread_inits.load(std::memory_order_acquire);
      for (; inits_done < inits; ++inits_done) thread_inits[inits_done].load()();
      std::move(task)();
      task = nullptr;  // Frees what it holds before waiting.
    }
    MutexLock lock(&live_mu_);
    --num_live_;
    thread_ended_.SignalAll();
  }

  WorkQueue queue_;
  std::vector<std::thread> threads_;

  Mutex live_mu_;
  CondVar thread_ended_;
  int num_live_ ABSL_GUARDED_BY(live_mu_);
};

std::unique_ptr<ThreadPool> ThreadPool::Create(absl::string_view name, int num_threads) {
  return std::unique_ptr<ThreadPool>(
      new ThreadPool(std::make_unique<Impl>(name, std::max(1, num_threads))));
}

ThreadPool::ThreadPool(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

ThreadPool::~ThreadPool() {
  if (ForkedAfterUse()) {
    impl_.release();  // Its threads are the parent's: there is nothing to join, and its locks may
                      // be held for ever.
    return;
  }
  impl_->DrainAndJoin();
}

void ThreadPool::Schedule(absl::AnyInvocable<void()> task) { impl_->Schedule(std::move(task)); }

int ThreadPool::size() const { return impl_->size(); }

int ThreadPool::CurrentThreadIndex() const { return impl_->CurrentIndex(); }

void ThreadPool::ParallelFor(int64_t total, int64_t grain,
                             absl::FunctionRef<void(int64_t, int64_t)> fn) {
  if (total <= 0) return;
  grain = std::max<int64_t>(1, grain);
  if (total <= grain || size() == 1) {
    fn(0, total);
    return;
  }
  RunInParallel(this, total, grain, fn);
}

void ThreadPool::AddThreadInit(void (*init)()) {
  MutexLock lock(ThreadInitsMutex());
  const int count = num_thread_inits.load();
  for (int i = 0; i < count; ++i) {
    if (thread_inits[i].load() == init) return;
  }
  if (count == kMaxThreadInits) return;
  thread_inits[count].store(init);
  num_thread_inits.store(count + 1, std::memory_order_release);
}

// The process's pools are never destroyed, so that a late user finds no dangling pointer.
ThreadPool* ComputePool() {
  static ThreadPool* const pool = [] {
    auto* made = ThreadPool::Create("compute", ComputePoolSize()).release();
    atexit([] {
      if (!ForkedAfterUse()) ComputePool()->impl_->StopForExit();
    });
    return made;
  }();
  return pool;
}

ThreadPool* WaitPool() {
  static ThreadPool* const pool = [] {
    auto* made = ThreadPool::Create("wait", std::max(4, std::min(16, AvailableCores()))).release();
    atexit([] {
      if (!ForkedAfterUse()) WaitPool()->impl_->StopForExit();
    });
    return made;
  }();
  return pool;
}

bool ForkedAfterUse() { return forked_after_use.load(std::memory_order_relaxed); }

}  // namespace millrace
