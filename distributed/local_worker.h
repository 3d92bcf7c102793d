// LocalWorker: runs its share of steps on the devices of this process.
#ifndef MILLRACE_DISTRIBUTED_LOCAL_WORKER_H_
#define MILLRACE_DISTRIBUTED_LOCAL_WORKER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "core/base/clock.h"
#include "core/base/mutex.h"
#include "core/graph/registry.h"
#include "core/runtime/device.h"
#include "distributed/step_table.h"
#include "distributed/worker_interface.h"
#include "distributed/worker_session.h"

namespace millrace {

struct LocalWorkerOptions {
  TaskId task;
  ClusterSpec cluster;
  std::shared_ptr<DeviceSet> devices;
  const Registry* registry = nullptr;  // must outlive the worker
  TensorSender* sender = nullptr;      // must outlive the worker
  Clock* clock = RealClock();
  // A leased session of which nothing is heard for this long is closed: its client is dead or
  // frozen, and must not change anything when it comes back. A task that itself stood still for
  // two thirds of this (frozen, suspended) closes them all, for its clients have given it up
  // meanwhile.
  absl::Duration lease = absl::Seconds(3);
  // How long tensors are kept for a step that does not begin.
  absl::Duration early_tensors = absl::Seconds(60);
  std::function<void(std::string reason)> on_shutdown;
};

// Thread-safe. OpenSession may wait, RegisterGraph compiles and RunGraph may run kernels on the
// caller's thread.
class LocalWorker final : public WorkerInterface {
 public:
  explicit LocalWorker(LocalWorkerOptions options);
  ~LocalWorker() override;  // as Stop

  const TaskId& task() const { return options_.task; }

  void GetStatus(absl::Duration patience, Done<TaskStatus> done) override;
  void OpenSession(const OpenSessionRequest& request, StatusDone done) override;
  void CloseSession(uint64_t session, StatusDone done) override;
  void Heartbeat(uint64_t session, Done<HeartbeatReply> done) override;
  void RegisterGraph(RegisterGraphRequest request, Done<uint64_t> done) override;
  void DeregisterGraph(uint64_t session, uint64_t handle, StatusDone done) override;
  void RunGraph(RunGraphRequest request, Done<RunGraphReply> done) override;
  void AbortStep(uint64_t step_id, const absl::Status& reason, StatusDone done) override;
  void Reset(const std::vector<std::string>& containers, StatusDone done) override;
  void Shutdown(const std::string& reason, StatusDone done) override;

  // A tensor that another task sent for a step here. Wakes who waits for it on the compute pool.
  void Deliver(uint64_t step_id, const RendezvousKey& key, Received value);
  // The connection with a task broke: tensors may be lost, so the steps it takes part in end.
  void PeerLost(const std::string& task, const absl::Status& status);

  // Closes sessions whose lease is over. To be called every 100 ms or so, and only then does the
  // worker know that it stood still.
  void Tick();
  // Ends all steps with `status`, waits for them, and refuses others. Idempotent.
  void Stop(const absl::Status& status);

 private:
  absl::StatusOr<std::shared_ptr<WorkerSession>> FindSession(uint64_t id) ABSL_LOCKS_EXCLUDED(mu_);
  absl::StatusOr<std::shared_ptr<Step>> StartStep(const RunGraphRequest& request,
                                                  const WorkerSession& session);
  // Notices, before anything else is done, that this process stood still.
  void CheckForStandstill(int64_t now_ns);
  // Ends what other incarnations of the client left.
  void FenceOff(const TaskId& client);
  void EndSession(const std::shared_ptr<WorkerSession>& session, const absl::Status& status);
  std::vector<std::shared_ptr<WorkerSession>> LeasedSessions() const;

  const LocalWorkerOptions options_;
  StepTable steps_;
  std::atomic<int64_t> last_tick_ns_{0};  // 0: never
  Mutex standstill_mu_;                   // held while sessions end after a standstill

  mutable Mutex mu_;
  absl::Status stopped_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<uint64_t, std::shared_ptr<WorkerSession>> sessions_ ABSL_GUARDED_BY(mu_);
};

}  // namespace millrace

#endif  // MILLRACE_DISTRIBUTED_LOCAL_WORKER_H_
