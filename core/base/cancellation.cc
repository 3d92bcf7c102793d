#include "core/base/cancellation.h"

#include <utility>

namespace millrace {

Cancellation::Cancellation(Cancellation* parent) : parent_(parent) {
  if (parent == nullptr) return;
  parent_id_ = parent->Register([this] { Cancel(parent_->status()); });
  if (parent_id_ < 0) Cancel(parent->status());
}

Cancellation::~Cancellation() {
  if (parent_id_ >= 0) parent_->Deregister(parent_id_);
}

absl::Status Cancellation::status() const {
  MutexLock lock(&mu_);
  return status_;
}

void Cancellation::Cancel(absl::Status status) {
  if (status.ok()) status = absl::CancelledError("cancelled");
  {
    MutexLock lock(&mu_);
    if (!status_.ok()) return;
    status_ = std::move(status);
    cancelled_.store(true, std::memory_order_release);
  }
  RunCallbacks();
}

// One at a time, so that Deregister can still remove those that have not started.
void Cancellation::RunCallbacks() {
  while (true) {
    absl::AnyInvocable<void()> callback;
    {
      MutexLock lock(&mu_);
      if (callbacks_.empty()) return;
      auto first = callbacks_.begin();
      running_id_ = first->first;
      running_thread_ = std::this_thread::get_id();
      callback = std::move(first->second);
      callbacks_.erase(first);
    }
    callback();
    callback = nullptr;  // What it owns goes before Deregister returns.
    MutexLock lock(&mu_);
    running_id_ = -1;
    callback_done_.SignalAll();
  }
}

int64_t Cancellation::Register(absl::AnyInvocable<void()> callback) {
  MutexLock lock(&mu_);
  if (!status_.ok()) return -1;
  callbacks_.emplace(next_id_, std::move(callback));
  return next_id_++;
}

bool Cancellation::Deregister(int64_t id) {
  if (id < 0) return false;
  MutexLock lock(&mu_);
  auto it = callbacks_.find(id);
  if (it != callbacks_.end()) {
    callbacks_.erase(it);
    return true;
  }
  while (running_id_ == id && running_thread_ != std::this_thread::get_id()) {
    callback_done_.Wait(&mu_);
  }
  return false;
}

}  // namespace millrace
