// The gradient of one function's body: what the gradients of all ops that call functions are made
// of.
#ifndef MILLRACE_CORE_GRAPH_BRANCH_GRADIENT_H_
#define MILLRACE_CORE_GRAPH_BRANCH_GRADIENT_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/graph/function_library.h"
#include "core/graph/gradient.h"
#include "core/graph/graph.h"

namespace millrace {

// A body with its gradient added to the same graph. The nodes of the gradient ("backward") have ids
// from `first_backward_id` on; they may use values of the forward nodes, which is why both are cut
// apart later.
struct BranchGradient {
  FunctionLibrary::Body body;
  std::vector<int> taken;  // outputs that have gradients: numbers, and variants that may hold them
  std::vector<Endpoint> grad_outputs;  // `_Arg` nodes for their gradients
  Gradients grad_inputs;               // by argument; may be invalid or sparse
  int first_backward_id = 0;

  Endpoint arg(int i) const { return {body.args[i], 0}; }
  Endpoint ret(int i) const { return body.rets[i]->input(0); }
  Endpoint endpoint(Output o) const { return {body.graph->nodes()[o.node].get(), o.index}; }
};

absl::StatusOr<BranchGradient> DifferentiateBranch(const FunctionRef& function,
                                                   const Registry& registry,
                                                   const std::shared_ptr<FunctionLibrary>& library);

// What `results` (computed by backward nodes) use of the forward pass. Constants and variables'
// handles are not among it: the backward function has its own.
struct Captured {
  std::vector<int> args;                // ascending
  std::vector<Endpoint> intermediates;  // distinct, in the order of discovery
};
Captured FindCaptured(const BranchGradient& gradient, absl::Span<const Endpoint> results);

// A further argument in the graph of a body.
absl::StatusOr<Endpoint> AddArg(Graph* graph, absl::string_view name, DType type,
                                PartialShape shape);

// The types of a function's outputs as its signature says them. REQUIRES: a signature cut from a
// graph, without lists.
std::vector<DType> OutputTypes(const FunctionSpec& function);

// `prefix` or prefix_1, ...: the first function that either does not exist or for which `is_ours`
// is true.
std::string FindFunctionName(const FunctionLibrary& library, const std::string& prefix,
                             absl::FunctionRef<bool(const FunctionSpec&)> is_ours);

}  // namespace millrace

#endif  // MILLRACE_CORE_GRAPH_BRANCH_GRADIENT_H_
