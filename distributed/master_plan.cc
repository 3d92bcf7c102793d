#include "distributed/master_plan.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/logging.h"
#include "core/base/notification.h"
#include "core/base/status.h"
#include "core/runtime/default_container.h"
#include "core/runtime/evaluate_node.h"
#include "distributed/requested_devices.h"

namespace millrace {
namespace {

// The positions of the feeds that a task takes; every partition may take the same one.
absl::Status AddFeedIndices(const Graph& graph, size_t num_feeds, std::vector<int>* feeds) {
  for (const auto& node : graph.nodes()) {
    if (node == nullptr || node->type() != "_Arg") continue;
    int64_t index;
    MR_RETURN_IF_ERROR(node->GetAttr("index", &index));
    if (index < 0 || static_cast<size_t>(index) >= num_feeds) {
      return absl::InternalError(absl::StrCat(node->Describe(), " takes feed ", index));
    }
    if (std::find(feeds->begin(), feeds->end(), index) == feeds->end()) {
      feeds->push_back(static_cast<int>(index));
    }
  }
  return absl::OkStatus();
}

// Registers every task's partitions, all at once; the first error in the order of tasks.
absl::Status Register(std::map<std::string, std::vector<Partition>> partitions, MasterPlan* plan) {
  struct Pending {
    Notification done;
    absl::StatusOr<uint64_t> handle;
  };
  std::vector<std::unique_ptr<Pending>> pending;
  for (MasterPlan::Part& part : plan->parts) {
    RegisterGraphRequest request;
    request.session = plan->session;
    request.partitions = std::move(partitions[part.link->id.name]);
    for (const MasterPlan::Part& other : plan->parts) {
      if (other.link != part.link) request.peers.push_back(other.link->id);
    }
    pending.push_back(std::make_unique<Pending>());
    Pending* p = pending.back().get();
    part.link->worker()->RegisterGraph(std::move(request), [p](absl::StatusOr<uint64_t> handle) {
      p->handle = std::move(handle);
      p->done.Notify();
    });
  }
  absl::Status status;
  for (size_t i = 0; i < pending.size(); ++i) {
    pending[i]->done.WaitForNotification();
    if (pending[i]->handle.ok()) {
      plan->parts[i].handle = *pending[i]->handle;
      continue;
    }
    // A lost task is best described by who found it lost.
    const absl::Status health = plan->parts[i].link->health();
    status.Update(health.ok() ? pending[i]->handle.status() : health);
  }
  return status;
}

absl::StatusOr<CompiledStep> Compile(const Graph& graph, const StepSignature& signature,
                                     const SessionOptions& options, const ClusterLinks& links,
                                     Device* host) {
  const auto evaluate = [&](const Node& node, absl::Span<const Tensor> inputs) {
    return EvaluateNode(graph.registry(), host, node, inputs);
  };
  CompileOptions compile;
  for (const auto& link : links.Connected()) {
    compile.devices.insert(compile.devices.end(), link->devices.begin(), link->devices.end());
  }
  compile.allow_soft_placement = options.allow_soft_placement;
  compile.fold_constants = options.fold_constants;
  compile.deduplicate = options.fold_constants;
  compile.fuse_updates = options.fold_constants;
  compile.inline_functions = options.inline_functions;
  compile.log_placement = options.log_device_placement;
  MutexLock lock(&graph.mu());
  MR_ASSIGN_OR_RETURN(CompiledStep step, CompileStep(graph, signature, compile, evaluate));
  if (options.log_device_placement) MR_LOG(WARNING) << step.placement.ToString();
  return step;
}

}  // namespace

bool MasterPlan::Uses(const std::string& task) const {
  return std::any_of(parts.begin(), parts.end(),
                     [&](const Part& part) { return part.link->id.name == task; });
}

absl::StatusOr<std::shared_ptr<const MasterPlan>> CompileMasterPlan(
    const Graph& graph, const StepSignature& signature, const SessionOptions& options,
    ClusterLinks* links, Device* host, absl::Time deadline, Cancellation* cancellation) {
  auto plan = std::make_shared<MasterPlan>();
  std::vector<std::string> requested;
  {
    MutexLock lock(&graph.mu());
    MR_ASSIGN_OR_RETURN(plan->feeds, FeedSpecs::Create(graph, signature.feeds));
    requested = RequestedDevices(graph, signature);
  }
  MR_RETURN_IF_ERROR(links->Connect(requested, deadline, cancellation));
  MR_ASSIGN_OR_RETURN(CompiledStep compiled, Compile(graph, signature, options, *links, host));

  plan->num_fetches = signature.fetches.size();
  plan->session = links->session();
  std::map<std::string, std::vector<Partition>> by_task;
  for (Partition& partition : compiled.partitions) {
    SetDefaultContainer(options.container, partition.graph.get());
    by_task[std::string(TaskOfDevice(partition.device))].push_back(std::move(partition));
  }
  for (const auto& [task, partitions] : by_task) {
    MasterPlan::Part part;
    part.link = links->Find(task);
    if (part.link == nullptr) {
      return absl::InternalError(absl::StrCat("no connection with task ", task));
    }
    for (const Partition& partition : partitions) {
      MR_RETURN_IF_ERROR(AddFeedIndices(*partition.graph, signature.feeds.size(), &part.feeds));
    }
    plan->parts.push_back(std::move(part));
  }
  std::stable_sort(plan->parts.begin(), plan->parts.end(),
                   [](const MasterPlan::Part& a, const MasterPlan::Part& b) {
                     return a.link->is_local < b.link->is_local;
                   });
  MR_RETURN_IF_ERROR(Register(std::move(by_task), plan.get()));
  return std::shared_ptr<const MasterPlan>(std::move(plan));
}

}  // namespace millrace
