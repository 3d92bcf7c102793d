#include "core/base/work_queue.h"

#include <immintrin.h>
#include <time.h>

#include <algorithm>
#include <utility>

namespace millrace {
namespace {

// About what waking a sleeping thread takes, so spinning at most doubles the cost of an idle gap.
constexpr int64_t kSpinNanos = 20'000;

int64_t NowNanos() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

WorkQueue::WorkQueue(int num_workers)
    : num_workers_(num_workers),
      max_spinning_(std::max(1, num_workers / 4)),
      queues_(new Queue[num_workers]) {}

void WorkQueue::Push(Task task, int worker) {
  if (worker < 0) worker = next_queue_.fetch_add(1, std::memory_order_relaxed) % num_workers_;
  Queue& queue = queues_[worker];
  {
    MutexLock lock(&queue.mu);
    queue.tasks.push_back(std::move(task));
  }
  num_tasks_.fetch_add(1);
  WakeIfNobodySpins();
}

bool WorkQueue::Pop(int worker, Task* task) {
  bool was_idle = false;
  while (true) {
    const State state = state_.load();
    if (state == State::kDiscarding) return false;
    if (TryPop(worker, task)) {
      if (was_idle && num_tasks_.load() > 0) WakeIfNobodySpins();
      return true;
    }
    if (state == State::kDraining && num_tasks_.load() <= 0) return false;
    was_idle = true;
    if (!Spin()) Sleep();
  }
}

void WorkQueue::Close(bool discard) {
  MutexLock lock(&sleep_mu_);
  state_.store(discard ? State::kDiscarding : State::kDraining);
  wake_.SignalAll();
}

bool WorkQueue::TryPop(int worker, Task* task) {
  for (int i = 0; i < num_workers_ && num_tasks_.load(std::memory_order_relaxed) > 0; ++i) {
    Queue& queue = queues_[(worker + i) % num_workers_];
    MutexLock lock(&queue.mu);
    if (queue.tasks.empty()) continue;
    *task = std::move(queue.tasks.front());
    queue.tasks.pop_front();
    num_tasks_.fetch_sub(1);
    return true;
  }
  return false;
}

// True when there may be a task.
bool WorkQueue::Spin() {
  if (num_spinning_.fetch_add(1) >= max_spinning_) {
    num_spinning_.fetch_sub(1);
    return false;
  }
  const int64_t end = NowNanos() + kSpinNanos;
  bool found = false;
  do {
    for (int i = 0; i < 16 && !found; ++i) {
      _mm_pause();
      found = num_tasks_.load() > 0 || state_.load() != State::kOpen;
    }
  } while (!found && NowNanos() < end);
  num_spinning_.fetch_sub(1);
  return found;
}

void WorkQueue::Sleep() {
  MutexLock lock(&sleep_mu_);
  num_sleeping_.fetch_add(1);
  while (num_tasks_.load() <= 0 && state_.load() == State::kOpen && num_wakes_ == 0)
    wake_.Wait(&sleep_mu_);
  num_sleeping_.fetch_sub(1);
  if (num_wakes_ > 0) --num_wakes_;
}

void WorkQueue::WakeIfNobodySpins() {
  if (num_spinning_.load() > 0 || num_sleeping_.load() == 0) return;
  MutexLock lock(&sleep_mu_);
  if (num_wakes_ >= num_sleeping_.load()) return;
  ++num_wakes_;
  wake_.Signal();
}

}  // namespace millrace
