// The compile pipeline: from a user's graph and one step's feeds, fetches and targets to one graph
// a device. Passes run in the order in which pipeline.cc lists them; each is one file here.
#ifndef MILLRACE_CORE_PASSES_PIPELINE_H_
#define MILLRACE_CORE_PASSES_PIPELINE_H_

#include "absl/status/statusor.h"
#include "core/graph/graph.h"
#include "core/passes/compile_options.h"

namespace millrace {

// NOT_FOUND for an unknown feed, fetch or target; INVALID_ARGUMENT for a tensor fed twice, a cycle,
// or a node that no device can take (with the report's reasons). `graph` is not changed and may be
// read by others meanwhile.
absl::StatusOr<CompiledStep> CompileStep(const Graph& graph, const StepSignature& signature,
                                         const CompileOptions& options, Evaluator evaluator);

// Attributes of `_Send` and `_Recv`: send_device, recv_device (full names), send_device_incarnation
// (int, bits of the uint64), tensor_name (of the edge, for messages), edge_id (int, unique in the
// CompiledStep), T / tensor_type.

}  // namespace millrace

#endif  // MILLRACE_CORE_PASSES_PIPELINE_H_
