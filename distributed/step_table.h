// StepTable: the steps that run on one task, and those that will: tensors may come before the step.
#ifndef MILLRACE_DISTRIBUTED_STEP_TABLE_H_
#define MILLRACE_DISTRIBUTED_STEP_TABLE_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/base/cancellation.h"
#include "core/base/mutex.h"
#include "core/runtime/step.h"
#include "distributed/registered_graph.h"
#include "distributed/step_rendezvous.h"

namespace millrace {

// One step on this task. Shared by the table, its run and what is being delivered to it.
class Step {
 public:
  Step(uint64_t id, absl::string_view own_task, TensorSender* sender, int64_t created_ns);
  ~Step();

  const uint64_t id;
  const int64_t created_ns;
  StepRendezvous rendezvous;
  Cancellation cancellation;  // also aborts the rendezvous
  StepContext context;
  // Set once, when it starts.
  uint64_t session = 0;
  std::shared_ptr<const RegisteredGraph> graph;
  bool session_over = false;  // guarded by the table

 private:
  int64_t callback_ = -1;
};

// Thread-safe.
class StepTable {
 public:
  // What is pointed to must outlive the table.
  StepTable(absl::string_view own_task, TensorSender* sender)
      : own_task_(own_task), sender_(sender) {}

  // The step begins. ABORTED, or the reason, if it was aborted before; ALREADY_EXISTS if it runs.
  absl::StatusOr<std::shared_ptr<Step>> Start(uint64_t id, uint64_t session,
                                              std::shared_ptr<const RegisteredGraph> graph,
                                              int64_t now_ns);
  // The step for which a tensor has come, running or to come; null if it was aborted or is over.
  std::shared_ptr<Step> ForDelivery(uint64_t id, int64_t now_ns);
  void Finish(uint64_t id);

  // Ends a step, and has it refused if it starts later.
  void Abort(uint64_t id, const absl::Status& reason);
  void AbortSession(uint64_t session, const absl::Status& reason);
  // Ends the running steps that exchange tensors with the task; returns how many.
  int AbortPeer(absl::string_view task, const absl::Status& reason);
  void AbortAll(const absl::Status& reason);
  // Forgets tensors for steps that have not begun and of which the first came before `created_ns`;
  // returns how many steps.
  int DropUnstarted(int64_t created_ns);
  // Waits until the steps that AbortSession has aborted have ended. False if that takes longer.
  bool WaitForAborted(absl::Duration timeout);
  // Waits until no step runs. REQUIRES: none is started any more.
  void WaitUntilIdle();

 private:
  static constexpr size_t kRemembered = 4096;

  void Remember(uint64_t id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  template <typename Condition>
  std::vector<std::shared_ptr<Step>> Select(Condition condition) const ABSL_LOCKS_EXCLUDED(mu_);

  const absl::string_view own_task_;
  TensorSender* const sender_;

  mutable Mutex mu_;
  CondVar finished_;
  absl::flat_hash_map<uint64_t, std::shared_ptr<Step>> steps_ ABSL_GUARDED_BY(mu_);
  int num_running_ ABSL_GUARDED_BY(mu_) = 0;
  // Steps that are over or aborted: what comes for them late is dropped.
  absl::flat_hash_set<uint64_t> ended_ ABSL_GUARDED_BY(mu_);
  std::deque<uint64_t> ended_order_ ABSL_GUARDED_BY(mu_);
};

}  // namespace millrace

#endif  // MILLRACE_DISTRIBUTED_STEP_TABLE_H_
