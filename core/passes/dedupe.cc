#include "core/passes/dedupe.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "absl/hash/hash.h"
#include "absl/strings/match.h"
#include "core/base/status.h"
#include "core/graph/control_flow_ops.h"
#include "core/passes/op_traits.h"

namespace millrace {
namespace {

// Larger constants are not compared: it would cost more than it saves.
constexpr size_t kMaxConstBytes = 4096;

bool OpMayMerge(const OpSchema& op) {
  // A private op (`_Send`, `_ReadRef`) does something when it runs.
  return !op.is_stateful && !op.may_wait && !op.has_ref_args() && !IsControlFlow(op.name) &&
         !IsPrivate(op.name);
}

bool IsShared(DType t) { return IsRef(t) || t == DType::kResource || t == DType::kVariant; }

bool MayMerge(const Node& node) {
  if (node.num_outputs() == 0) return false;
  if (node.num_inputs() == 0) {
    const Attr* value = node.type() == "Const" ? node.attrs().Find("value") : nullptr;
    const auto* tensor = value != nullptr ? value->get<std::shared_ptr<const Tensor>>() : nullptr;
    // Placeholders are never the same.
    return tensor != nullptr && (*tensor)->total_bytes() <= kMaxConstBytes;
  }
  return absl::c_none_of(node.input_types(), IsShared) &&
         absl::c_none_of(node.output_types(), IsShared);
}

std::vector<int> SortedControlInputs(const Node& node) {
  std::vector<int> ids;
  for (const Node* control : node.control_inputs()) ids.push_back(control->id());
  absl::c_sort(ids);
  return ids;
}

uint64_t HashOf(const Node& node) {
  uint64_t hash = absl::HashOf(&node.op(), node.attrs().Hash(), node.requested_device());
  for (const Endpoint& input : node.inputs()) {
    hash = absl::HashOf(hash, input.node->id(), input.index);
  }
  if (node.control_inputs().empty()) return hash;
  return absl::HashOf(hash, SortedControlInputs(node));
}

bool AreSame(const Node& a, const Node& b) {
  return &a.op() == &b.op() && absl::c_equal(a.inputs(), b.inputs()) &&
         a.control_inputs().size() == b.control_inputs().size() &&
         (a.control_inputs().empty() || SortedControlInputs(a) == SortedControlInputs(b)) &&
         a.requested_device() == b.requested_device() && a.attrs() == b.attrs();
}

// `duplicate`'s uses become `original`'s.
void Merge(Graph* graph, Node* duplicate, Node* original) {
  for (int i = 0; i < duplicate->num_outputs(); ++i) {
    graph->ReplaceUses({duplicate, i}, {original, i});
  }
  const std::vector<Use> uses(duplicate->uses().begin(), duplicate->uses().end());
  for (const Use& use : uses) {
    graph->RemoveControlEdge(duplicate, use.dst);
    graph->AddControlEdge(original, use.dst);
  }
}

}  // namespace

absl::Status Deduplicate(StepGraph* step) {
  Graph* const graph = step->graph.get();
  MR_ASSIGN_OR_RETURN(const std::vector<Node*> order, graph->TopologicalOrder());
  absl::flat_hash_map<const OpSchema*, bool> op_may_merge;
  absl::flat_hash_map<uint64_t, Node*> originals;
  originals.reserve(order.size());
  bool merged = false;
  for (Node* node : order) {
    const auto [op, is_new_op] = op_may_merge.try_emplace(&node->op(), false);
    if (is_new_op) op->second = OpMayMerge(node->op());
    if (!op->second || step->IsRequired(node) || !MayMerge(*node)) continue;
    const auto [it, is_new] = originals.try_emplace(HashOf(*node), node);
    if (is_new || !AreSame(*node, *it->second)) continue;
    Merge(graph, node, it->second);
    merged = true;
  }
  if (merged) RemoveUnusedNodes(step);
  return absl::OkStatus();
}

}  // namespace millrace
