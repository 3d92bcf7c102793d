#include "core/base/own_thread.h"

#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "core/base/mutex.h"
#include "core/base/thread_pool.h"

namespace millrace {
namespace {

// Threads beyond these end with their tasks.
constexpr size_t kMaxIdle = 8;

class Threads {
 public:
  void Run(absl::AnyInvocable<void()> task) {
    std::unique_ptr<ThreadPool> owned = Take();
    if (owned == nullptr) owned = ThreadPool::Create("own", 1);
    ThreadPool* thread = owned.get();
    thread->Schedule([this, task = std::move(task), owned = std::move(owned)]() mutable {
      task();
      task = nullptr;  // what it holds goes before the thread is free
      GiveBack(std::move(owned));
    });
  }

 private:
  std::unique_ptr<ThreadPool> Take() {
    MutexLock lock(&mu_);
    if (idle_.empty()) return nullptr;
    std::unique_ptr<ThreadPool> thread = std::move(idle_.back());
    idle_.pop_back();
    return thread;
  }

  // Called on the thread itself, as the last thing that its task does.
  void GiveBack(std::unique_ptr<ThreadPool> thread) {
    {
      MutexLock lock(&mu_);
      if (idle_.size() < kMaxIdle) {
        idle_.push_back(std::move(thread));
        return;
      }
    }
    // A thread cannot join itself. It has nothing left to do, so the other does not wait for long.
    WaitPool()->Schedule([thread = std::move(thread)]() mutable { thread = nullptr; });
  }

  Mutex mu_;
  std::vector<std::unique_ptr<ThreadPool>> idle_ ABSL_GUARDED_BY(mu_);
};

}  // namespace

void RunOnOwnThread(absl::AnyInvocable<void()> task) {
  static Threads* const threads = new Threads;  // never destroyed, as the process's pools
  threads->Run(std::move(task));
}

}  // namespace millrace
