// The part of EdgeCutter for loops of Enter, Merge, Switch, NextIteration and Exit that span
// devices (OSDI'16, section 3.4): each device that receives something within a loop gets a small
// loop of its own, which turns as the condition says, and starts the receiving of each turn.
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/control_flow_ops.h"
#include "core/passes/edge_cutter.h"

namespace millrace {

// What an Enter gives is there in the first turn only, what a NextIteration gives in all but the
// first; a `_Recv` would wait for it in each. So no such value crosses devices: its maker does.
absl::Status EdgeCutter::BringLoopEndsTogether() {
  const int num_ids = graph_.num_node_ids();
  for (int id = 0; id < num_ids; ++id) {
    Node* node = graph_.nodes()[id].get();
    if (node == nullptr || (!IsEnter(node->type()) && !IsNextIteration(node->type()))) continue;
    MR_RETURN_IF_ERROR(MoveToUsers(node));
  }
  return absl::OkStatus();
}

// Leaves a copy of `node` on each device where it is used.
absl::Status EdgeCutter::MoveToUsers(Node* node) {
  if (IsRef(node->output_type(0))) return absl::OkStatus();  // refused by CheckEdge
  const int home = device_of_[node->id()];
  std::map<int, Node*> copies;
  const std::vector<Use> uses(node->uses().begin(), node->uses().end());
  for (const Use& use : uses) {
    const int device = device_of_[use.dst->id()];
    if (device == home) continue;
    Node*& copy = copies[device];
    if (copy == nullptr) {
      MR_ASSIGN_OR_RETURN(copy, CopyNode(*node, device));
      frames_.Follow(*copy, *node);
    }
    MR_RETURN_IF_ERROR(Redirect(node, use, copy));
  }
  if (node->uses().empty()) {
    device_of_[node->id()] = -1;
    graph_.RemoveNode(node);
  }
  return absl::OkStatus();
}

// The Merge of the device's own loop for `frame`: runs once a turn, the last one included.
absl::StatusOr<Node*> EdgeCutter::ControlLoop(int frame, int device) {
  const auto made = control_merges_.find({frame, device});
  if (made != control_merges_.end()) return made->second;
  const LoopFrame& loop = frames_.frame(frame);

  Node* outer_turn = nullptr;
  if (loop.parent != LoopFrames::kRoot) {
    MR_ASSIGN_OR_RETURN(outer_turn, ControlLoop(loop.parent, device));
  }
  MR_ASSIGN_OR_RETURN(Node * value, AddSignal(absl::StrCat(loop.enter, "/_begin"), outer_turn,
                                              loop.origin, device));

  Graph::NodeArgs enter;
  enter.name = absl::StrCat(loop.enter, "/_enter");
  enter.op = "Enter";
  enter.attrs.Set("frame_name", loop.name);
  enter.attrs.Set("parallel_iterations", loop.parallel_iterations);
  enter.inputs = {{value, 0}};
  enter.origin = loop.origin;
  MR_ASSIGN_OR_RETURN(Node * entered, AddNode(std::move(enter), device));

  Graph::NodeArgs merge;
  merge.name = absl::StrCat(loop.enter, "/_turn");
  merge.op = "Merge";
  merge.inputs = {{entered, 0}, {entered, 0}};
  merge.origin = loop.origin;
  MR_ASSIGN_OR_RETURN(Node * turn, AddNode(std::move(merge), device));
  control_merges_[{frame, device}] = turn;
  MR_RETURN_IF_ERROR(CloseControlLoop(frame, device, turn));
  return turn;
}

absl::Status EdgeCutter::CloseControlLoop(int frame, int device, Node* merge) {
  const LoopFrame& loop = frames_.frame(frame);
  if (loop.condition == nullptr) {
    return absl::UnimplementedError(
        absl::StrCat("The loop '", loop.name, "' of '", loop.enter,
                     "' spans devices but has no LoopCond that says when it ends"));
  }
  Node* condition = loop.condition;
  if (device_of_[condition->id()] != device) {
    MR_ASSIGN_OR_RETURN(condition, CopyOf(condition, 0, device));
  }
  Graph::NodeArgs branch;
  branch.name = absl::StrCat(loop.enter, "/_switch");
  branch.op = "Switch";
  branch.inputs = {{merge, 0}, {condition, 0}};
  branch.origin = loop.origin;
  MR_ASSIGN_OR_RETURN(Node * taken, AddNode(std::move(branch), device));

  Graph::NodeArgs next;
  next.name = absl::StrCat(loop.enter, "/_next");
  next.op = "NextIteration";
  next.inputs = {{taken, 1}};
  next.origin = loop.origin;
  MR_ASSIGN_OR_RETURN(Node * back, AddNode(std::move(next), device));
  return graph_.SetInput(merge, 1, {back, 0});
}

}  // namespace millrace
