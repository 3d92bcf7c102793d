#include "core/base/parallel_for.h"

#include <immintrin.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>

#include "core/base/mutex.h"
#include "core/base/thread_pool.h"

namespace millrace {
namespace {

// Ranges per thread: a thread that starts late or runs slowly then costs a fraction of its share.
constexpr int64_t kRangesPerThread = 4;
// How long the caller spins for the last ranges before it sleeps; they are about to end.
constexpr int kSpins = 200;

// Outlives the call, since a helper that comes late still looks at `next_`; it then finds no range
// and does not touch `fn_`.
class Loop {
 public:
  Loop(int64_t total, int64_t range, absl::FunctionRef<void(int64_t, int64_t)> fn)
      : total_(total), range_(range), num_ranges_((total - 1) / range + 1), fn_(fn) {}

  int64_t num_ranges() const { return num_ranges_; }

  void Work() {
    int64_t done = 0;
    for (int64_t i; (i = next_.fetch_add(1, std::memory_order_relaxed)) < num_ranges_; ++done) {
      if (!failed_.load(std::memory_order_relaxed)) Run(i * range_);
    }
    if (done == 0) return;
    if (done_.fetch_add(done, std::memory_order_acq_rel) + done == num_ranges_) {
      MutexLock lock(&mu_);
      all_done_.Signal();
    }
  }

  void Await() {
    for (int i = 0; i < kSpins; ++i) {
      if (AllDone()) return;
      _mm_pause();
    }
    MutexLock lock(&mu_);
    while (!AllDone()) all_done_.Wait(&mu_);
  }

  // After Await: throws here what was thrown first in any of the ranges.
  void Rethrow() {
    if (failed_.load(std::memory_order_relaxed)) std::rethrow_exception(error_);
  }

 private:
  void Run(int64_t begin) {
    try {
      fn_(begin, std::min(range_, total_ - begin) + begin);
    } catch (...) {
      if (!failed_.exchange(true)) error_ = std::current_exception();
    }
  }

  bool AllDone() const { return done_.load(std::memory_order_acquire) == num_ranges_; }

  const int64_t total_;
  const int64_t range_;
  const int64_t num_ranges_;
  const absl::FunctionRef<void(int64_t, int64_t)> fn_;
  alignas(64) std::atomic<int64_t> next_{0};
  alignas(64) std::atomic<int64_t> done_{0};
  std::atomic<bool> failed_{false};
  std::exception_ptr error_;  // written by who set failed_; read when all is done
  Mutex mu_;
  CondVar all_done_;
};

}  // namespace

void RunInParallel(ThreadPool* pool, int64_t total, int64_t grain,
                   absl::FunctionRef<void(int64_t, int64_t)> fn) {
  const int64_t wanted = pool->size() * kRangesPerThread;
  const int64_t range = std::max(grain, (total - 1) / wanted + 1);
  if (range >= total) {
    fn(0, total);
    return;
  }
  auto loop = std::make_shared<Loop>(total, range, fn);
  const int64_t helpers = std::min<int64_t>(pool->size() - 1, loop->num_ranges() - 1);
  for (int64_t i = 0; i < helpers; ++i) {
    pool->Schedule([loop] { loop->Work(); });
  }
  loop->Work();
  loop->Await();
  loop->Rethrow();
}

}  // namespace millrace
