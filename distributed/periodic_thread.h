// PeriodicThread: calls a function again and again on a thread of its own.
#ifndef MILLRACE_DISTRIBUTED_PERIODIC_THREAD_H_
#define MILLRACE_DISTRIBUTED_PERIODIC_THREAD_H_

#include <functional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "core/base/mutex.h"

namespace millrace {

class PeriodicThread {
 public:
  // Calls `tick` now and then every `period`, until the destructor, which waits for a call under
  // way. `name` shows in debuggers and top; at most 15 characters of it.
  PeriodicThread(const std::string& name, absl::Duration period, std::function<void()> tick);
  ~PeriodicThread();
  PeriodicThread(const PeriodicThread&) = delete;
  PeriodicThread& operator=(const PeriodicThread&) = delete;

 private:
  void Loop();

  const absl::Duration period_;
  const std::function<void()> tick_;
  Mutex mu_;
  CondVar stop_signal_;
  bool stop_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace millrace

#endif  // MILLRACE_DISTRIBUTED_PERIODIC_THREAD_H_
