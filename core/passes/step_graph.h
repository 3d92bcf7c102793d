// StepGraph: one step's own graph on its way through the passes.
#ifndef MILLRACE_CORE_PASSES_STEP_GRAPH_H_
#define MILLRACE_CORE_PASSES_STEP_GRAPH_H_

#include <memory>
#include <vector>

#include "core/graph/graph.h"

namespace millrace {

// Used by one thread. `required` marks, by node id, what must run though nothing may use it:
// fetches, targets, and the side effects of calls that were inlined.
struct StepGraph {
  std::unique_ptr<Graph> graph;
  std::vector<bool> required;

  void Require(const Node* node) {
    if (required.size() <= static_cast<size_t>(node->id())) required.resize(node->id() + 1);
    required[node->id()] = true;
  }
  bool IsRequired(const Node* node) const {
    return static_cast<size_t>(node->id()) < required.size() && required[node->id()];
  }
};

// Removes nodes that are neither required nor used, and what only they used. Dead loops are left.
void RemoveUnusedNodes(StepGraph* step);

}  // namespace millrace

#endif  // MILLRACE_CORE_PASSES_STEP_GRAPH_H_
