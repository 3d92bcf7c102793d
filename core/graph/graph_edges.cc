// The edges of a graph: each is written down at both its ends, with where it stands in the other's
// list.
#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "core/graph/graph.h"

namespace millrace {

void Graph::Connect(Node* dst, int i, Endpoint source) {
  dst->inputs_[i] = source;
  dst->input_use_[i] = static_cast<int>(source.node->uses_.size());
  source.node->uses_.push_back({dst, source.index, i});
  source.node->use_slot_.push_back(i);
}

void Graph::Disconnect(Node* dst, int i) {
  if (dst->inputs_[i].node == nullptr) return;
  EraseUse(dst->inputs_[i].node, dst->input_use_[i]);
  dst->inputs_[i] = {};
  dst->input_use_[i] = -1;
}

void Graph::ConnectControl(Node* from, Node* to) {
  from->use_slot_.push_back(static_cast<int>(to->control_inputs_.size()));
  to->control_use_.push_back(static_cast<int>(from->uses_.size()));
  to->control_inputs_.push_back(from);
  from->uses_.push_back({to, Use::kControl, Use::kControl});
}

void Graph::DisconnectControl(Node* to, int control_input) {
  EraseUse(to->control_inputs_[control_input], to->control_use_[control_input]);
  // The last one takes the place.
  const int last = static_cast<int>(to->control_inputs_.size()) - 1;
  if (control_input != last) {
    to->control_inputs_[control_input] = to->control_inputs_[last];
    to->control_use_[control_input] = to->control_use_[last];
    to->control_inputs_[control_input]->use_slot_[to->control_use_[control_input]] = control_input;
  }
  to->control_inputs_.pop_back();
  to->control_use_.pop_back();
}

void Graph::EraseUse(Node* src, int use) {
  const int last = static_cast<int>(src->uses_.size()) - 1;
  if (use != last) {
    const Use moved = src->uses_[use] = src->uses_[last];
    const int slot = src->use_slot_[use] = src->use_slot_[last];
    (moved.dst_input == Use::kControl ? moved.dst->control_use_[slot]
                                      : moved.dst->input_use_[slot]) = use;
  }
  src->uses_.pop_back();
  src->use_slot_.pop_back();
}

absl::Status Graph::SetInput(Node* node, int i, Endpoint source) {
  if (!Contains(node) || i < 0 || i >= node->num_inputs()) {
    return absl::InvalidArgumentError(absl::StrCat("There is no input ", i, " to set"));
  }
  if (source.node != nullptr) {
    if (!Contains(source.node) || source.index < 0 || source.index >= source.node->num_outputs()) {
      return absl::InvalidArgumentError(absl::StrCat("Input ", i, " of ", node->Describe(),
                                                     " cannot be joined to output ", source.index,
                                                     " of what has no such output"));
    }
    const DType found = source.node->output_type(source.index);
    const DType wanted = node->input_type(i);
    if (found != wanted && (IsRef(wanted) || BaseType(found) != wanted)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Input ", i, " of ", node->Describe(), " was passed ", DTypeName(found), " from ",
          source.node->Describe(), " incompatible with expected ", DTypeName(wanted)));
    }
  }
  Disconnect(node, i);
  if (source.node != nullptr) Connect(node, i, source);
  ++version_;
  return absl::OkStatus();
}

void Graph::AddControlEdge(Node* from, Node* to) {
  // Whichever of the two lists is shorter tells.
  if (from->uses_.size() < to->control_inputs_.size()) {
    for (const Use& use : from->uses_) {
      if (use.dst == to && use.dst_input == Use::kControl) return;
    }
  } else if (absl::c_linear_search(to->control_inputs_, from)) {
    return;
  }
  ConnectControl(from, to);
  ++version_;
}

void Graph::RemoveControlEdge(Node* from, Node* to) {
  for (size_t u = 0; u < from->uses_.size() && u < to->control_inputs_.size(); ++u) {
    // Looks through both lists at once, so that the shorter one decides how long it takes.
    int slot = -1;
    if (to->control_inputs_[u] == from) slot = static_cast<int>(u);
    if (from->uses_[u].dst == to && from->uses_[u].dst_input == Use::kControl) {
      slot = from->use_slot_[u];
    }
    if (slot < 0) continue;
    DisconnectControl(to, slot);
    ++version_;
    return;
  }
}

void Graph::ReplaceUses(Endpoint from, Endpoint to) {
  if (from == to) return;
  // Backwards, since erasing a use moves the last one to its place.
  for (int u = static_cast<int>(from.node->uses_.size()) - 1; u >= 0; --u) {
    const Use use = from.node->uses_[u];
    if (use.output != from.index || use.dst_input == Use::kControl) continue;
    Disconnect(use.dst, use.dst_input);
    Connect(use.dst, use.dst_input, to);
  }
  ++version_;
}

void Graph::RemoveNode(Node* node) {
  while (!node->uses_.empty()) {
    const Use use = node->uses_.back();
    if (use.dst_input == Use::kControl) {
      DisconnectControl(use.dst, node->use_slot_.back());
    } else {
      Disconnect(use.dst, use.dst_input);
    }
  }
  for (int i = 0; i < node->num_inputs(); ++i) Disconnect(node, i);
  while (!node->control_inputs_.empty()) {
    DisconnectControl(node, static_cast<int>(node->control_inputs_.size()) - 1);
  }
  by_name_.erase(node->name_);
  --num_live_;
  ++version_;
  nodes_[node->id_].reset();
}

}  // namespace millrace
