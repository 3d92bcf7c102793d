// Calls at a time to come.
#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "core/base/mutex.h"

namespace millrace {

// Runs callbacks on a thread of its own, which is started by the first Schedule. Callbacks are
// short and do not block. Thread-safe.
class Timer {
 public:
  // The process's. Lives for ever.
  static Timer* Default();

  // Has `callback` run once, `delay` from now (monotonic). Returns its id.
  int64_t Schedule(absl::Duration delay, absl::AnyInvocable<void()> callback);
  // True: the callback never runs. False: it has run to its end, or `id` names none; waits if it is
  // running just now, unless called by it.
  bool Cancel(int64_t id);

 private:
  Timer() = default;
  void Loop();

  Mutex mu_;
  CondVar changed_, ran_;
  bool started_ ABSL_GUARDED_BY(mu_) = false;
  int64_t next_id_ ABSL_GUARDED_BY(mu_) = 0;
  int64_t running_ ABSL_GUARDED_BY(mu_) = -1;
  std::map<std::pair<int64_t, int64_t>, absl::AnyInvocable<void()>> due_
      ABSL_GUARDED_BY(mu_);                                // by (time in nanoseconds, id)
  std::map<int64_t, int64_t> times_ ABSL_GUARDED_BY(mu_);  // of what waits, by id
};

}  // namespace millrace
