// Cutting functions out of graphs: what GraphToFunction and the gradients of calls share.
#ifndef MILLRACE_CORE_GRAPH_GRAPH_TO_FUNCTION_H_
#define MILLRACE_CORE_GRAPH_GRAPH_TO_FUNCTION_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "core/graph/graph.h"
#include "core/graph/node_def.h"

namespace millrace {

struct FunctionSlice {
  absl::string_view name;
  absl::Span<const Endpoint> inputs, outputs;  // inputs are distinct
  absl::Span<const std::string> output_names;  // empty: made from the outputs' nodes
  // Nodes that run whether or not an output needs them; they become control outputs.
  std::vector<Node*> must_run;
  // Control inputs from nodes of a smaller id are left out, as they are part of something that has
  // run before.
  int first_node_id = 0;
};

// The function that computes the slice's outputs from its inputs. INVALID_ARGUMENT if an output
// depends on a Placeholder or `_Arg` that is no input.
absl::StatusOr<FunctionSpec> SliceToFunction(const FunctionSlice& slice);

}  // namespace millrace

#endif  // MILLRACE_CORE_GRAPH_GRAPH_TO_FUNCTION_H_
