// MasterPlan: a step's signature compiled for the cluster and registered with its tasks.
#ifndef MILLRACE_DISTRIBUTED_MASTER_PLAN_H_
#define MILLRACE_DISTRIBUTED_MASTER_PLAN_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/cancellation.h"
#include "core/graph/graph.h"
#include "core/passes/pipeline.h"
#include "core/runtime/device.h"
#include "core/runtime/feed_specs.h"
#include "core/runtime/session.h"
#include "distributed/cluster_links.h"
#include "distributed/task_link.h"

namespace millrace {

// Immutable; thread-safe.
struct MasterPlan {
  struct Part {
    std::shared_ptr<TaskLink> link;
    uint64_t handle = 0;
    std::vector<int> feeds;  // indices of the feeds that the task takes
  };
  // Tasks elsewhere first: their requests are under way while this process computes.
  std::vector<Part> parts;
  FeedSpecs feeds;
  size_t num_fetches = 0;
  uint64_t session = 0;

  bool Uses(const std::string& task) const;
};

// Connects the tasks that the step names, compiles it over their devices, and registers each task's
// share with it. Constants are folded on `host`, a CPU of this process. CompileStep's and
// WorkerInterface::RegisterGraph's errors; ClusterLinks::Connect's.
absl::StatusOr<std::shared_ptr<const MasterPlan>> CompileMasterPlan(
    const Graph& graph, const StepSignature& signature, const SessionOptions& options,
    ClusterLinks* links, Device* host, absl::Time deadline, Cancellation* cancellation);

}  // namespace millrace

#endif  // MILLRACE_DISTRIBUTED_MASTER_PLAN_H_
