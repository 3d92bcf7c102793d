#include "core/graph/graph.h"

namespace millrace {

std::unique_ptr<Graph> Graph::Copy(const std::vector<bool>& keep) const {
  auto copy = std::make_unique<Graph>(registry_, library_);
  copy->producer_ = producer_;
  copy->name_counters_ = name_counters_;
  copy->nodes_.resize(nodes_.size());
  const auto kept = [&](const Node* node) {
    return node != nullptr && (keep.empty() || keep[node->id()]);
  };
  for (const auto& node : nodes_) {
    if (!kept(node.get())) continue;
    std::unique_ptr<Node> n(new Node);
    n->id_ = node->id_;
    n->name_ = node->name_;
    n->op_ = node->op_;
    n->owned_op_ = node->owned_op_;
    n->attrs_ = node->attrs_;
    n->input_types_ = node->input_types_;
    n->output_types_ = node->output_types_;
    n->output_shapes_ = node->output_shapes_;
    n->output_handles_ = node->output_handles_;
    n->requested_device_ = node->requested_device_;
    n->assigned_device_ = node->assigned_device_;
    n->origin_ = node->origin_;
    n->inputs_.resize(node->inputs_.size());
    n->input_use_.resize(node->inputs_.size(), -1);
    copy->by_name_.emplace(n->name_, n.get());
    copy->nodes_[n->id_] = std::move(n);
    ++copy->num_live_;
  }
  for (const auto& node : nodes_) {
    if (!kept(node.get())) continue;
    Node* n = copy->nodes_[node->id_].get();
    for (int i = 0; i < node->num_inputs(); ++i) {
      const Endpoint e = node->input(i);
      if (kept(e.node)) copy->Connect(n, i, {copy->nodes_[e.node->id_].get(), e.index});
    }
    for (const Node* c : node->control_inputs_) {
      if (kept(c)) copy->ConnectControl(copy->nodes_[c->id_].get(), n);
    }
  }
  return copy;
}

}  // namespace millrace
