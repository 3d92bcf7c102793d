#include "core/passes/deref.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/control_flow_ops.h"

namespace millrace {
namespace {

bool NeedsRead(const Node& node, int i) {
  const Endpoint source = node.input(i);
  return source.node != nullptr && IsRef(source.node->output_type(source.index)) &&
         !IsRef(node.input_type(i));
}

// Merge runs when the first of its inputs is there, and in a loop the other comes from itself.
bool WaitsForAllInputs(const Node& node) { return !IsMerge(node.type()); }

absl::Status AddRead(Graph* graph, Node* consumer, int input) {
  const Endpoint source = consumer->input(input);
  Graph::NodeArgs args;
  args.name = absl::StrCat(consumer->name(), "/_read_", source.node->name());
  args.uniquify = true;
  args.op = "_ReadRef";
  args.attrs.Set("T", BaseType(source.node->output_type(source.index)));
  args.inputs = {source};
  args.control_inputs.assign(consumer->control_inputs().begin(), consumer->control_inputs().end());
  if (WaitsForAllInputs(*consumer)) {
    for (const Endpoint& other : consumer->inputs()) {
      if (other.node != source.node) args.control_inputs.push_back(other.node);
    }
  }
  args.device = source.node->requested_device();
  args.origin = consumer->origin();
  MR_ASSIGN_OR_RETURN(Node * read, graph->AddNode(std::move(args)));
  // All inputs of this consumer that want this value.
  for (int i = input; i < consumer->num_inputs(); ++i) {
    if (consumer->input(i) == source && NeedsRead(*consumer, i)) {
      MR_RETURN_IF_ERROR(graph->SetInput(consumer, i, {read, 0}));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Dereference(StepGraph* step) {
  Graph* const graph = step->graph.get();
  const int num_ids = graph->num_node_ids();
  for (int id = 0; id < num_ids; ++id) {
    Node* const node = graph->nodes()[id].get();
    if (node == nullptr) continue;
    for (int i = 0; i < node->num_inputs(); ++i) {
      if (NeedsRead(*node, i)) MR_RETURN_IF_ERROR(AddRead(graph, node, i));
    }
  }
  return absl::OkStatus();
}

}  // namespace millrace
