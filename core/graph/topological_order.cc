#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/graph/graph.h"
#include "core/graph/node_order.h"

namespace millrace {
namespace {

constexpr size_t kMaxNamed = 8;

// A data edge that closes a loop: its source need not come first.
bool ClosesLoop(const Node& src, const Use& use) {
  return use.dst_input != Use::kControl && IsBackEdge(src.type(), use.dst->type());
}

// How many edges into a node must come first.
int CountProducers(const Node& node) {
  int count = static_cast<int>(node.control_inputs().size());
  for (const Endpoint& e : node.inputs()) {
    if (e.node != nullptr && !IsBackEdge(e.node->type(), node.type())) ++count;
  }
  return count;
}

// Some node before `node` that waits too; there is one, for else `node` would not wait.
const Node* WaitingProducer(const Node& node, const std::vector<int>& waits_for) {
  for (const Endpoint& e : node.inputs()) {
    if (e.node != nullptr && waits_for[e.node->id()] > 0 &&
        !IsBackEdge(e.node->type(), node.type())) {
      return e.node;
    }
  }
  for (const Node* c : node.control_inputs()) {
    if (waits_for[c->id()] > 0) return c;
  }
  return nullptr;
}

// Goes upstream from a node that waits until a node comes up again: from there on it is the cycle.
absl::Status CycleError(const Node* start, const std::vector<int>& waits_for) {
  std::vector<int> position(waits_for.size(), -1);
  std::vector<const Node*> path;
  const Node* node = start;
  while (node != nullptr && position[node->id()] < 0) {
    position[node->id()] = static_cast<int>(path.size());
    path.push_back(node);
    node = WaitingProducer(*node, waits_for);
  }
  std::vector<std::string> names;
  for (size_t i = node == nullptr ? 0 : position[node->id()]; i < path.size(); ++i) {
    if (names.size() == kMaxNamed) {
      names.push_back(absl::StrCat("... (", path.size() - i, " more)"));
      break;
    }
    names.push_back(absl::StrCat("'", path[i]->name(), "'"));
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "The graph has a cycle without a loop, through nodes ", absl::StrJoin(names, " <- ")));
}

}  // namespace

absl::StatusOr<std::vector<Node*>> Graph::TopologicalOrder() const {
  std::vector<int> waits_for(nodes_.size(), 0);
  std::vector<Node*> order;
  order.reserve(num_live_);
  for (const auto& node : nodes_) {
    if (node == nullptr) continue;
    waits_for[node->id()] = CountProducers(*node);
    if (waits_for[node->id()] == 0) order.push_back(node.get());
  }
  // `order` is the queue too: what is behind `next` has been reached, not yet passed on.
  for (size_t next = 0; next < order.size(); ++next) {
    const Node& node = *order[next];
    for (const Use& use : node.uses()) {
      if (!ClosesLoop(node, use) && --waits_for[use.dst->id()] == 0) order.push_back(use.dst);
    }
  }
  if (static_cast<int>(order.size()) == num_live_) return order;
  for (const auto& node : nodes_) {
    if (node != nullptr && waits_for[node->id()] > 0) return CycleError(node.get(), waits_for);
  }
  return absl::InternalError("The graph's edges do not agree with its nodes");
}

}  // namespace millrace
