// MasterSession: the Session over ClusterLinks.
#ifndef MILLRACE_DISTRIBUTED_MASTER_SESSION_H_
#define MILLRACE_DISTRIBUTED_MASTER_SESSION_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "core/base/mutex.h"
#include "core/runtime/session.h"
#include "distributed/cluster_links.h"
#include "distributed/master_plan.h"
#include "distributed/step_run.h"

namespace millrace {

// Thread-safe.
class MasterSession final : public Session {
 public:
  MasterSession(const SessionOptions& options, std::shared_ptr<Graph> graph,
                ClusterLinksOptions links);
  ~MasterSession() override;

  // Connects the session's own task, so that a wrong cluster shows at once.
  absl::Status Connect(absl::Duration patience);

  absl::StatusOr<std::vector<Tensor>> Run(const RunOptions& options, absl::Span<const Feed> feeds,
                                          absl::Span<const std::string> fetches,
                                          absl::Span<const std::string> targets,
                                          RunMetadata* metadata) override;
  absl::StatusOr<CallableHandle> MakeCallable(const StepSignature& signature) override;
  absl::StatusOr<std::vector<Tensor>> RunCallable(CallableHandle handle, const RunOptions& options,
                                                  absl::Span<const Tensor> feeds,
                                                  RunMetadata* metadata) override;
  absl::Status ReleaseCallable(CallableHandle handle) override;
  std::vector<DeviceInfo> ListDevices() override;
  absl::Status Close() override;

 private:
  using PlanPtr = std::shared_ptr<const MasterPlan>;

  absl::StatusOr<PlanPtr> GetPlan(StepSignature signature, absl::Time deadline,
                                  Cancellation* cancellation);
  absl::StatusOr<std::vector<Tensor>> RunPlan(PlanPtr plan, const RunOptions& options,
                                              absl::Time deadline, absl::Span<const Tensor> feeds,
                                              RunMetadata* metadata);
  absl::Time Deadline(const RunOptions& options) const;
  void TaskLost(const TaskId& task, const absl::Status& status);
  absl::Status AddRun(const std::shared_ptr<StepRun>& run);
  void RemoveRun(const std::shared_ptr<StepRun>& run);
  std::vector<std::shared_ptr<StepRun>> Runs() const;

  const SessionOptions options_;
  const std::shared_ptr<Graph> graph_;
  const std::shared_ptr<DeviceSet> folding_devices_ = DeviceSet::Local();

  mutable Mutex mu_;
  CondVar idle_;
  bool closed_ ABSL_GUARDED_BY(mu_) = false;
  absl::flat_hash_map<std::string, PlanPtr> plans_ ABSL_GUARDED_BY(mu_);  // by signature
  absl::flat_hash_map<CallableHandle, PlanPtr> callables_ ABSL_GUARDED_BY(mu_);
  CallableHandle next_callable_ ABSL_GUARDED_BY(mu_) = 1;
  absl::flat_hash_set<std::shared_ptr<StepRun>> runs_ ABSL_GUARDED_BY(mu_);

  Mutex compile_mu_;    // one compiles at a time
  ClusterLinks links_;  // last: its threads use what stands above
};

}  // namespace millrace

#endif  // MILLRACE_DISTRIBUTED_MASTER_SESSION_H_
