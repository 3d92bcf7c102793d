#include "core/passes/compile_body.h"

#include <utility>
#include <vector>

#include "core/base/status.h"
#include "core/passes/dedupe.h"
#include "core/passes/deref.h"
#include "core/passes/fold.h"
#include "core/passes/inline.h"

namespace millrace {
namespace {

// Dead loops, which hold themselves up, included.
void RemoveUnneeded(StepGraph* step) {
  Graph& graph = *step->graph;
  std::vector<bool> needed(graph.num_node_ids());
  std::vector<const Node*> pending;
  const auto visit = [&](const Node* node) {
    if (node == nullptr || needed[node->id()]) return;
    needed[node->id()] = true;
    pending.push_back(node);
  };
  for (const auto& node : graph.nodes()) {
    if (node != nullptr && step->IsRequired(node.get())) visit(node.get());
  }
  while (!pending.empty()) {
    const Node* node = pending.back();
    pending.pop_back();
    for (const Endpoint& input : node->inputs()) visit(input.node);
    for (const Node* control : node->control_inputs()) visit(control);
  }
  for (size_t id = 0; id < needed.size(); ++id) {
    Node* const node = graph.nodes()[id].get();
    if (node != nullptr && !needed[id]) graph.RemoveNode(node);
  }
}

}  // namespace

StepGraph BodyAsStep(FunctionLibrary::Body body) {
  StepGraph step;
  step.graph = std::move(body.graph);
  for (const Node* node : body.args) step.Require(node);
  for (const Node* node : body.rets) step.Require(node);
  for (const Node* node : body.control_returns) step.Require(node);
  if (body.control_returns.empty()) {
    // A function from before control outputs were written down runs all its stateful nodes.
    for (const auto& node : step.graph->nodes()) {
      if (node != nullptr && node->op().is_stateful) step.Require(node.get());
    }
  }
  RemoveUnneeded(&step);
  return step;
}

absl::StatusOr<std::unique_ptr<Graph>> CompileBody(const CompileOptions& options,
                                                   FunctionLibrary::Body body,
                                                   Evaluator evaluator) {
  StepGraph step = BodyAsStep(std::move(body));
  MR_RETURN_IF_ERROR(InlineFunctions(options, &step));
  MR_RETURN_IF_ERROR(Dereference(&step));
  if (options.fold_constants) {
    // Shapes in a body are what its arguments had where it was made: other callers may pass others.
    MR_RETURN_IF_ERROR(FoldConstants(evaluator, /*shapes_are_certain=*/false, &step));
  }
  if (options.deduplicate) MR_RETURN_IF_ERROR(Deduplicate(&step));
  return std::move(step.graph);
}

}  // namespace millrace
