// Telling work in progress that its result is no longer wanted.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "core/base/mutex.h"

namespace millrace {

// A flag with a reason and with callbacks. Cancelled at most once, by itself or by its parent.
// Thread-safe.
class Cancellation {
 public:
  Cancellation() = default;
  // Is cancelled when *parent is (at once when it is already). *parent must outlive this object.
  explicit Cancellation(Cancellation* parent);
  ~Cancellation();
  Cancellation(const Cancellation&) = delete;
  Cancellation& operator=(const Cancellation&) = delete;

  bool IsCancelled() const { return cancelled_.load(std::memory_order_acquire); }

  // The reason given to the Cancel that won; OK while not cancelled.
  absl::Status status() const;

  // Cancels with `status` (an OK status counts as CANCELLED) and runs the callbacks here, one after
  // the other, without holding a lock. Only the first call counts; a later one returns at once,
  // maybe before the callbacks have run.
  void Cancel(absl::Status status);

  // Has `callback` run by Cancel, unless it is deregistered before. Returns its id, or -1, without
  // keeping or running the callback, when already cancelled. The callback may deregister itself or
  // others, and must not destroy this object.
  int64_t Register(absl::AnyInvocable<void()> callback);

  // True: the callback was removed and never runs. False: it has run to its end, or `id` names
  // none. Waits when it is running on another thread just now, so after this call what the callback
  // uses may be destroyed.
  bool Deregister(int64_t id);

 private:
  void RunCallbacks() ABSL_LOCKS_EXCLUDED(mu_);

  Cancellation* const parent_ = nullptr;
  int64_t parent_id_ = -1;  // Constant after construction.
  std::atomic<bool> cancelled_{false};

  mutable Mutex mu_;
  CondVar callback_done_;
  absl::Status status_ ABSL_GUARDED_BY(mu_);
  int64_t next_id_ ABSL_GUARDED_BY(mu_) = 0;
  absl::flat_hash_map<int64_t, absl::AnyInvocable<void()>> callbacks_ ABSL_GUARDED_BY(mu_);
  int64_t running_id_ ABSL_GUARDED_BY(mu_) = -1;
  std::thread::id running_thread_ ABSL_GUARDED_BY(mu_);
};

}  // namespace millrace
