#include "core/passes/pipeline.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "core/base/logging.h"
#include "core/base/status.h"
#include "core/graph/device_name.h"
#include "core/passes/dedupe.h"
#include "core/passes/deref.h"
#include "core/passes/fold.h"
#include "core/passes/fuse_update.h"
#include "core/passes/inline.h"
#include "core/passes/partition.h"
#include "core/passes/partition_functions.h"
#include "core/passes/place.h"
#include "core/passes/prune.h"

namespace millrace {
namespace {

// A Placeholder's feed is checked against its shape when the step is run; any other tensor may be
// fed with any shape.
bool FeedsPlaceholdersOnly(const Graph& graph, const StepSignature& signature) {
  return absl::c_all_of(signature.feeds, [&](const std::string& name) {
    const auto fed = graph.FindEndpoint(name);
    return fed.ok() && fed->node->type() == "Placeholder";
  });
}

}  // namespace

absl::StatusOr<CompiledStep> CompileStep(const Graph& graph, const StepSignature& signature,
                                         const CompileOptions& options, Evaluator evaluator) {
  CompiledStep compiled;
  MR_ASSIGN_OR_RETURN(StepGraph step, Prune(graph, signature));
  MR_RETURN_IF_ERROR(step.graph->TopologicalOrder().status());
  MR_RETURN_IF_ERROR(InlineFunctions(options, &step));
  MR_RETURN_IF_ERROR(Dereference(&step));
  if (options.fold_constants) {
    MR_RETURN_IF_ERROR(FoldConstants(evaluator, FeedsPlaceholdersOnly(graph, signature), &step));
  }
  if (options.deduplicate) MR_RETURN_IF_ERROR(Deduplicate(&step));
  MR_ASSIGN_OR_RETURN(std::vector<int> device_of, Place(options, &step, &compiled.placement));
  if (options.log_placement) MR_LOG(INFO) << "placement:\n" << compiled.placement.ToString();
  int64_t next_edge_id = 0;
  MR_RETURN_IF_ERROR(PartitionFunctions(options, &step, &device_of, &next_edge_id));
  MR_ASSIGN_OR_RETURN(compiled.partitions,
                      SplitByDevice(options, std::move(device_of), std::move(step), &next_edge_id));
  if (options.fuse_updates) {
    for (const Partition& partition : compiled.partitions) {
      MR_ASSIGN_OR_RETURN(const DeviceName device, DeviceName::Parse(partition.device));
      MR_RETURN_IF_ERROR(FuseUpdates(device.type.value_or(""), partition.graph.get()));
    }
  }
  return compiled;
}

}  // namespace millrace
