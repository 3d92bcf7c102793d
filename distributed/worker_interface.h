// WorkerInterface: what a master asks of one task. A LocalWorker does it in this process; a
// GrpcWorker has a task elsewhere do it.
#ifndef MILLRACE_DISTRIBUTED_WORKER_INTERFACE_H_
#define MILLRACE_DISTRIBUTED_WORKER_INTERFACE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/graph/device_info.h"
#include "core/passes/pipeline.h"
#include "core/runtime/stats.h"
#include "core/tensor/tensor.h"
#include "distributed/cluster_spec.h"

namespace millrace {

// A task as one process: after a restart the name is the same, the incarnation another.
struct TaskId {
  std::string name;  // "/job:ps/replica:0/task:0"
  uint64_t incarnation = 0;
};

struct TaskStatus {
  TaskId task;
  std::vector<DeviceInfo> devices;  // the first is the host's CPU
  ClusterSpec cluster;
};

struct OpenSessionRequest {
  uint64_t session = 0;  // the client's incarnation: random, one a session
  uint64_t worker_incarnation = 0;
  // Who it is. Sessions that another incarnation of a task left behind end before this one opens:
  // what a client reads then is not changed by its dead self later. Incarnation 0: not a task.
  TaskId client;
  // The session ends when no heartbeat of it has come for the worker's lease.
  bool leased = true;
};

struct RegisterGraphRequest {
  uint64_t session = 0;
  std::vector<Partition> partitions;  // on devices of the task
  std::vector<TaskId> peers;          // other tasks of the step
};

// One step on one task.
struct RunGraphRequest {
  uint64_t session = 0;
  uint64_t handle = 0;
  uint64_t step_id = 0;
  // 1, 2, 3, ... of this session on this task: a repeat is answered with what the first one gave
  // and does not run again. 0: not to be repeated, nothing is kept.
  int64_t sequence = 0;
  int64_t acknowledged = 0;  // replies up to here have arrived and may be forgotten
  absl::Duration timeout = absl::InfiniteDuration();
  bool trace = false;
  std::vector<std::pair<int, Tensor>> feeds;  // index of the `_Arg`, value
};

struct RunGraphReply {
  std::vector<std::pair<int, Tensor>> fetches;  // index of the `_Retval`, value
  std::vector<NodeStats> stats;                 // if traced
};

struct HeartbeatReply {
  uint64_t incarnation = 0;
  bool session_known = false;
};

// Thread-safe. Each `done` runs once, from any thread, maybe before the call returns; it must be
// short. Beside the errors named, a task that cannot be reached gives UNAVAILABLE with its name in
// the message, and a session or incarnation that it does not know (any more) ABORTED.
class WorkerInterface {
 public:
  template <typename T>
  using Done = absl::AnyInvocable<void(absl::StatusOr<T>)>;
  using StatusDone = absl::AnyInvocable<void(absl::Status)>;

  virtual ~WorkerInterface() = default;

  // Waits up to `patience` for a task that is not there yet: DEADLINE_EXCEEDED.
  virtual void GetStatus(absl::Duration patience, Done<TaskStatus> done) = 0;
  virtual void OpenSession(const OpenSessionRequest& request, StatusDone done) = 0;
  // Ends its steps with CANCELLED and forgets its graphs. OK if it is not known.
  virtual void CloseSession(uint64_t session, StatusDone done) = 0;
  virtual void Heartbeat(uint64_t session, Done<HeartbeatReply> done) = 0;

  // Makes plans; the result is their handle. INVALID_ARGUMENT or NOT_FOUND, naming the node, if one
  // cannot be made.
  virtual void RegisterGraph(RegisterGraphRequest request, Done<uint64_t> done) = 0;
  // Steps that run go on. NOT_FOUND for an unknown handle.
  virtual void DeregisterGraph(uint64_t session, uint64_t handle, StatusDone done) = 0;
  // The step's first error here otherwise.
  virtual void RunGraph(RunGraphRequest request, Done<RunGraphReply> done) = 0;
  // Ends a step, whether it runs, comes later or is over. REQUIRES: !reason.ok().
  virtual void AbortStep(uint64_t step_id, const absl::Status& reason, StatusDone done) = 0;

  // Empties containers on all devices; the default one if none is named.
  virtual void Reset(const std::vector<std::string>& containers, StatusDone done) = 0;
  // Ends the task's Server::Join.
  virtual void Shutdown(const std::string& reason, StatusDone done) = 0;
};

}  // namespace millrace

#endif  // MILLRACE_DISTRIBUTED_WORKER_INTERFACE_H_
