// The compile pipeline: from a user's graph and one step's feeds, fetches and targets to one graph a device.
// Passes run in the order in which pipeline.cc lists them; each is one file here.
#ifndef MILLRACE_CORE_PASSES_PIPELINE_H_
#define MILLRACE_CORE_PASSES_PIPELINE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/graph/device_info.h"
#include "core/graph/graph.h"
#include "core/tensor/tensor.h"

namespace millrace {

// What a step wants, by name: "x:0" tensors, "init" ops.
struct StepSignature {
  std::vector<std::string> feeds;    // tensors that take a given value
  std::vector<std::string> fetches;  // tensors to return
  std::vector<std::string> targets;  // ops to run
  bool operator==(const StepSignature& o) const {
    return feeds == o.feeds && fetches == o.fetches && targets == o.targets;
  }
};

// Computes one node from constant inputs (constant folding). The session passes one that launches CPU kernels.
using Evaluator = absl::FunctionRef<absl::StatusOr<std::vector<Tensor>>(const Node& node,
                                                                        absl::Span<const Tensor> inputs)>;

struct CompileOptions {
  std::vector<DeviceInfo> devices;        // the first one is the default (the client's)
  bool allow_soft_placement = true;       // to a supported device of the same task when the asked one cannot
  bool fold_constants = true;
  bool deduplicate = true;
  bool inline_functions = true;
  bool log_placement = false;
};

// Where a node went and why: shown by log_placement, and in the error when there is no place.
struct PlacementReport {
  struct Entry {
    std::string node, op, device, reason;
  };
  std::vector<Entry> entries;
  std::string ToString() const;
};

// One device's share of a step. Feeds are `_Arg` nodes and fetches `_Retval` nodes whose attribute `index` is the
// position in StepSignature; edges to other devices are `_Send` and `_Recv` nodes.
struct Partition {
  std::string device;  // full name
  std::unique_ptr<Graph> graph;
};
struct CompiledStep {
  std::vector<Partition> partitions;
  PlacementReport placement;
};

// NOT_FOUND for an unknown feed, fetch or target; INVALID_ARGUMENT for a tensor fed twice, a cycle, or a node that no
// device can take (with the report's reasons). `graph` is not changed and may be read by others meanwhile.
absl::StatusOr<CompiledStep> CompileStep(const Graph& graph, const StepSignature& signature,
                                         const CompileOptions& options, Evaluator evaluator);

// Attributes of `_Send` and `_Recv`: send_device, recv_device (full names), send_device_incarnation (int, bits of the
// uint64), tensor_name (of the edge, for messages), edge_id (int, unique in the CompiledStep), T / tensor_type.

}  // namespace millrace

#endif  // MILLRACE_CORE_PASSES_PIPELINE_H_
