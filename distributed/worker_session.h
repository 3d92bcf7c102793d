// WorkerSession: what a task keeps for one client: its graphs, and replies it may ask for again.
#ifndef MILLRACE_DISTRIBUTED_WORKER_SESSION_H_
#define MILLRACE_DISTRIBUTED_WORKER_SESSION_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/mutex.h"
#include "distributed/registered_graph.h"
#include "distributed/worker_interface.h"

namespace millrace {

// Thread-safe.
class WorkerSession {
 public:
  using RunDone = WorkerInterface::Done<RunGraphReply>;

  WorkerSession(uint64_t id, TaskId client, bool leased, int64_t now_ns)
      : id(id), client(std::move(client)), leased(leased), last_heard_ns(now_ns) {}

  const uint64_t id;
  const TaskId client;
  const bool leased;
  std::atomic<int64_t> last_heard_ns;
  std::atomic<bool> ended{false};  // no step of it starts any more

  uint64_t AddGraph(std::shared_ptr<const RegisteredGraph> graph);
  // NOT_FOUND if there is none of that handle.
  absl::StatusOr<std::shared_ptr<const RegisteredGraph>> Graph(uint64_t handle) const;
  absl::Status RemoveGraph(uint64_t handle);

  // Held while a graph is registered: guards the session's kernels.
  Mutex register_mu;
  KernelCaches kernels ABSL_GUARDED_BY(register_mu);

  // True: sequence is new, the caller runs it and calls EndRun. False: it is or was run already,
  // and `done` has been or will be called with the same reply; or ABORTED, if the client has said
  // that it knows the reply. Forgets replies up to `acknowledged`.
  bool BeginRun(int64_t sequence, int64_t acknowledged, RunDone* done);
  // Calls everyone who asked for this sequence, `done` first.
  void EndRun(int64_t sequence, absl::StatusOr<RunGraphReply> reply, RunDone done);

 private:
  // Steps beyond the acknowledged ones that a client may have open.
  static constexpr size_t kMaxReplies = 4096;

  struct Reply {
    bool ready = false;
    absl::StatusOr<RunGraphReply> value;
    std::vector<RunDone> waiting;
  };

  mutable Mutex mu_;
  uint64_t next_handle_ ABSL_GUARDED_BY(mu_) = 1;
  absl::flat_hash_map<uint64_t, std::shared_ptr<const RegisteredGraph>> graphs_
      ABSL_GUARDED_BY(mu_);
  int64_t acknowledged_ ABSL_GUARDED_BY(mu_) = 0;
  std::map<int64_t, Reply> replies_ ABSL_GUARDED_BY(mu_);
};

}  // namespace millrace

#endif  // MILLRACE_DISTRIBUTED_WORKER_SESSION_H_
