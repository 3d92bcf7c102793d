// ClusterLinks: a session's connections with the tasks of its cluster.
#ifndef MILLRACE_DISTRIBUTED_CLUSTER_LINKS_H_
#define MILLRACE_DISTRIBUTED_CLUSTER_LINKS_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/base/cancellation.h"
#include "core/base/clock.h"
#include "core/base/mutex.h"
#include "core/graph/device_name.h"
#include "distributed/channel.h"
#include "distributed/cluster_spec.h"
#include "distributed/heartbeat.h"
#include "distributed/periodic_thread.h"
#include "distributed/task_link.h"

namespace millrace {

struct ClusterLinksOptions {
  uint64_t session = 0;
  TaskId client;  // who this is; incarnation 0: not a task
  ClusterSpec cluster;
  Credentials credentials = Credentials::Insecure();
  HeartbeatOptions heartbeat;
  // The session's own task, in this process (with `local_worker`) or not; its CPU is where nodes
  // go that name no device.
  std::string default_task;
  std::shared_ptr<WorkerInterface> local_worker;  // null: the session has no task of its own
  // Only tasks that one of these matches are used; none: all.
  std::vector<DeviceName> device_filters;
  // Hears, on the heartbeat thread, of tasks that are lost.
  std::function<void(const TaskId& task, const absl::Status& status)> on_lost;
};

// Thread-safe.
class ClusterLinks {
 public:
  explicit ClusterLinks(ClusterLinksOptions options);
  ~ClusterLinks();  // as Close

  // Connects the default task and those that `devices` (requested, maybe partial) name, by task or
  // all of a job; what is not in the cluster, or filtered out, is passed over. Waits for tasks that
  // are not there yet, saying so in the log every 10 s: a cluster starts in any order. The status
  // of a lost task; INVALID_ARGUMENT if another task answers; DEADLINE_EXCEEDED; the
  // cancellation's.
  absl::Status Connect(const std::vector<std::string>& devices, absl::Time deadline,
                       Cancellation* cancellation);

  // Those that are connected and well, the default task first.
  std::vector<std::shared_ptr<TaskLink>> Connected() const;
  // Null if it is not connected.
  std::shared_ptr<TaskLink> Find(absl::string_view task) const;

  // Ends waiting in Connect with CANCELLED, and the session on all tasks; waits for them a second
  // at most. Idempotent.
  void Close();

  uint64_t session() const { return options_.session; }

 private:
  std::vector<std::string> NeededTasks(const std::vector<std::string>& devices) const;
  bool Allowed(const DeviceName& task) const;
  absl::Status ConnectTask(const std::string& task, absl::Time deadline, Cancellation* cancellation)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(connect_mu_);
  absl::StatusOr<TaskStatus> AwaitTask(const std::string& task, const std::string& address,
                                       WorkerInterface* worker, absl::Time deadline,
                                       Cancellation* cancellation);
  absl::Status OpenSession(const TaskId& task, bool is_local, WorkerInterface* worker);
  void Lost(const TaskId& task, const absl::Status& status);

  const ClusterLinksOptions options_;
  std::atomic<bool> closed_{false};
  Mutex connect_mu_;  // one connects at a time
  mutable Mutex mu_;
  absl::flat_hash_map<std::string, std::shared_ptr<TaskLink>> links_ ABSL_GUARDED_BY(mu_);
  HeartbeatMonitor monitor_;
  std::unique_ptr<PeriodicThread> heartbeat_thread_ ABSL_GUARDED_BY(connect_mu_);
};

}  // namespace millrace

#endif  // MILLRACE_DISTRIBUTED_CLUSTER_LINKS_H_
