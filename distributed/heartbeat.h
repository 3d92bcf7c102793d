// HeartbeatMonitor: a session's watch over the tasks it uses.
#ifndef MILLRACE_DISTRIBUTED_HEARTBEAT_H_
#define MILLRACE_DISTRIBUTED_HEARTBEAT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/base/clock.h"
#include "core/base/mutex.h"
#include "distributed/worker_interface.h"

namespace millrace {

struct HeartbeatOptions {
  absl::Duration interval = absl::Milliseconds(500);
  // A task that has not answered for this long is frozen or cut off. With the time it takes to
  // notice, steps learn of it within 3 s.
  absl::Duration silence = absl::Milliseconds(2500);
  // A task whose machine refuses connections for this long is dead.
  absl::Duration refused = absl::Seconds(1);
};

// A task is lost for good, with UNAVAILABLE, when it is silent or refuses connections; with
// ABORTED, when it answers under another incarnation or no longer knows the session. When this
// process itself stood still, the time does not count. Thread-safe.
class HeartbeatMonitor {
 public:
  // Called once a lost task, from Tick; may call the monitor.
  using OnLost = std::function<void(const TaskId& task, const absl::Status& status)>;
  // What is pointed to must outlive the monitor.
  HeartbeatMonitor(uint64_t session, const HeartbeatOptions& options, Clock* clock, OnLost on_lost);
  ~HeartbeatMonitor();

  // Watches a task from now on, of which the session has been opened.
  void Watch(const TaskId& task, std::shared_ptr<WorkerInterface> worker);
  // Sends the heartbeats that are due and judges the answers. To be called every 100 ms or so, by
  // one thread.
  void Tick();

 private:
  struct Peer;
  // OK while the task seems well.
  absl::Status Judge(Peer* peer, int64_t now_ns, int64_t excused_ns);
  void Send(const std::shared_ptr<Peer>& peer, int64_t now_ns);

  const uint64_t session_;
  const HeartbeatOptions options_;
  Clock* const clock_;
  const OnLost on_lost_;
  int64_t last_tick_ns_ = 0;  // used by Tick only

  Mutex mu_;
  absl::flat_hash_map<std::string, std::shared_ptr<Peer>> peers_ ABSL_GUARDED_BY(mu_);
};

}  // namespace millrace

#endif  // MILLRACE_DISTRIBUTED_HEARTBEAT_H_
