#include "kernels/data/own_thread.h"

#include <memory>
#include <utility>

#include "core/base/thread_pool.h"

namespace millrace {

void RunOnOwnThread(absl::AnyInvocable<void()> task) {
  std::unique_ptr<ThreadPool> pool = ThreadPool::Create("dataset", 1);
  ThreadPool* thread = pool.get();
  thread->Schedule([task = std::move(task), pool = std::move(pool)]() mutable {
    task();
    // A thread cannot join itself. It has nothing left to do, so the other does not wait for long.
    WaitPool()->Schedule([pool = std::move(pool)]() mutable { pool = nullptr; });
  });
}

}  // namespace millrace
