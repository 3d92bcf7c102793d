// RegisteredGraph: the plans of a step's partitions on one task.
#ifndef MILLRACE_DISTRIBUTED_REGISTERED_GRAPH_H_
#define MILLRACE_DISTRIBUTED_REGISTERED_GRAPH_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/graph/registry.h"
#include "core/runtime/device.h"
#include "core/runtime/plan.h"
#include "core/runtime/step.h"
#include "distributed/step_rendezvous.h"
#include "distributed/worker_interface.h"

namespace millrace {

// Kernels with state, by device: what one session's graphs share.
using KernelCaches = absl::flat_hash_map<Device*, std::unique_ptr<KernelCache>>;

// Immutable; thread-safe.
class RegisteredGraph {
 public:
  // INVALID_ARGUMENT for a device that `devices` lacks; Plan::Create's errors. `registry` must
  // outlive the graph; `kernels` gets an entry a device.
  static absl::StatusOr<std::shared_ptr<const RegisteredGraph>> Create(
      RegisterGraphRequest request, const Registry* registry, std::shared_ptr<DeviceSet> devices,
      KernelCaches* kernels);

  const StepRendezvous::Peers& peers() const { return peers_; }

  // Runs every partition; `done` gets the fetches when all have ended, or the first error, with
  // which the step was cancelled. INVALID_ARGUMENT if the feeds are not those of the graph. `*step`
  // and this must live until then.
  using Done = absl::AnyInvocable<void(absl::StatusOr<RunGraphReply>)>;
  void RunAsync(StepContext* step, std::vector<std::pair<int, Tensor>> feeds, Done done) const;

 private:
  struct Part {
    std::unique_ptr<FunctionRuntime> functions;
    std::shared_ptr<const Plan> plan;
    std::vector<int> arg_indices, retval_indices;
  };
  struct Run;
  RegisteredGraph() = default;
  absl::StatusOr<std::vector<std::vector<Tensor>>> PartArguments(
      std::vector<std::pair<int, Tensor>> feeds) const;

  std::shared_ptr<DeviceSet> devices_;  // what the plans refer to
  std::vector<Part> parts_;
  StepRendezvous::Peers peers_;
};

}  // namespace millrace

#endif  // MILLRACE_DISTRIBUTED_REGISTERED_GRAPH_H_
