// StepRun: one step of a session over its tasks.
#ifndef MILLRACE_DISTRIBUTED_STEP_RUN_H_
#define MILLRACE_DISTRIBUTED_STEP_RUN_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "core/base/mutex.h"
#include "core/runtime/session.h"
#include "distributed/master_plan.h"

namespace millrace {

// The first error is the step's: it aborts the step on all tasks, and what that leads to is
// dropped. Thread-safe; Start once, Wait once.
class StepRun : public std::enable_shared_from_this<StepRun> {
 public:
  StepRun(std::shared_ptr<const MasterPlan> plan, absl::Time deadline, bool trace);

  uint64_t step_id() const { return step_id_; }
  const MasterPlan& plan() const { return *plan_; }

  // Asks all tasks to run their share; this process's runs on the caller's thread. REQUIRES: a feed
  // a signature's feed.
  void Start(absl::Span<const Tensor> feeds);
  void Fail(const absl::Status& status);
  // Waits for all tasks; after an error, for those in this process. The fetches, in order.
  absl::StatusOr<std::vector<Tensor>> Wait(std::vector<NodeStats>* stats);

 private:
  void PartDone(size_t part, absl::StatusOr<RunGraphReply> reply);

  const std::shared_ptr<const MasterPlan> plan_;
  const uint64_t step_id_;
  const absl::Time deadline_;
  const bool trace_;

  Mutex mu_;
  CondVar changed_;
  absl::Status status_ ABSL_GUARDED_BY(mu_);
  std::vector<bool> ended_ ABSL_GUARDED_BY(mu_);  // by part
  size_t left_ ABSL_GUARDED_BY(mu_), local_left_ ABSL_GUARDED_BY(mu_) = 0;
  std::vector<Tensor> fetches_ ABSL_GUARDED_BY(mu_);
  std::vector<NodeStats> stats_ ABSL_GUARDED_BY(mu_);
};

}  // namespace millrace

#endif  // MILLRACE_DISTRIBUTED_STEP_RUN_H_
