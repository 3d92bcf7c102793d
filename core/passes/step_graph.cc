#include "core/passes/step_graph.h"

namespace millrace {

void RemoveUnusedNodes(StepGraph* step) {
  std::vector<Node*> unused;
  const auto is_unused = [&](const Node* node) {
    return node != nullptr && node->uses().empty() && !step->IsRequired(node);
  };
  // A node can be listed by several of its users: it is removed once.
  std::vector<bool> listed(step->graph->num_node_ids());
  const auto list = [&](Node* node) {
    if (!is_unused(node) || listed[node->id()]) return;
    listed[node->id()] = true;
    unused.push_back(node);
  };
  for (const auto& node : step->graph->nodes()) list(node.get());
  std::vector<Node*> sources;
  while (!unused.empty()) {
    Node* node = unused.back();
    unused.pop_back();
    sources.clear();
    for (const Endpoint& input : node->inputs()) sources.push_back(input.node);
    for (Node* control : node->control_inputs()) sources.push_back(control);
    step->graph->RemoveNode(node);
    for (Node* source : sources) list(source);
  }
}

}  // namespace millrace
