#include "distributed/periodic_thread.h"

#include <pthread.h>

#include <utility>

namespace millrace {

PeriodicThread::PeriodicThread(const std::string& name, absl::Duration period,
                               std::function<void()> tick)
    : period_(period), tick_(std::move(tick)) {
  thread_ = std::thread([this] { Loop(); });
  pthread_setname_np(thread_.native_handle(), name.substr(0, 15).c_str());
}

PeriodicThread::~PeriodicThread() {
  {
    MutexLock lock(&mu_);
    stop_ = true;
  }
  stop_signal_.SignalAll();
  thread_.join();
}

void PeriodicThread::Loop() {
  while (true) {
    tick_();
    MutexLock lock(&mu_);
    if (!stop_) stop_signal_.WaitFor(&mu_, period_);
    if (stop_) return;
  }
}

}  // namespace millrace
