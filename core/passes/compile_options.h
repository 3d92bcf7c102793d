// What goes into the compile pipeline and what comes out of it.
#ifndef MILLRACE_CORE_PASSES_COMPILE_OPTIONS_H_
#define MILLRACE_CORE_PASSES_COMPILE_OPTIONS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
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

// Computes one node from constant inputs (constant folding). The session passes one that launches
// CPU kernels.
using Evaluator = absl::FunctionRef<absl::StatusOr<std::vector<Tensor>>(
    const Node& node, absl::Span<const Tensor> inputs)>;

struct CompileOptions {
  std::vector<DeviceInfo> devices;
  int default_device = 0;  // of those: the client's, for nodes that ask for none
  bool allow_soft_placement =
      true;  // to a supported device of the same task when the asked one cannot
  bool fold_constants = true;
  bool deduplicate = true;
  bool fuse_updates = true;
  bool inline_functions = true;
  bool log_placement = false;
};

// Where a node went and why. Empty unless log_placement is set.
struct PlacementReport {
  struct Entry {
    std::string node, op, device, reason;
  };
  std::vector<Entry> entries;
  std::string ToString() const;
};

// One device's share of a step. Feeds are `_Arg` nodes and fetches `_Retval` nodes whose attribute
// `index` is the position in StepSignature; edges to other devices are `_Send` and `_Recv` nodes.
struct Partition {
  std::string device;  // full name
  std::unique_ptr<Graph> graph;
};
struct CompiledStep {
  std::vector<Partition> partitions;
  PlacementReport placement;
};

}  // namespace millrace

#endif  // MILLRACE_CORE_PASSES_COMPILE_OPTIONS_H_
