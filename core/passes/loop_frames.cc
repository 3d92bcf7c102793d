#include "core/passes/loop_frames.h"

#include <algorithm>

#include "core/base/status.h"
#include "core/graph/control_flow_ops.h"

namespace millrace {

absl::StatusOr<LoopFrames> LoopFrames::Find(const Graph& graph) {
  LoopFrames found;
  const auto& nodes = graph.nodes();
  if (std::none_of(nodes.begin(), nodes.end(),
                   [](const auto& node) { return node != nullptr && IsEnter(node->type()); })) {
    return found;
  }
  MR_ASSIGN_OR_RETURN(const std::vector<Node*> order, graph.TopologicalOrder());
  found.output_frame_.assign(graph.num_node_ids(), -1);
  for (Node* node : order) {
    // All that a node takes is in one frame; what comes by a back edge is not known yet.
    int frame = -1;
    const auto look_at = [&](const Node* source) {
      if (frame < 0 && source != nullptr) frame = found.output_frame_[source->id()];
    };
    for (const Endpoint& input : node->inputs()) look_at(input.node);
    for (const Node* control : node->control_inputs()) look_at(control);
    frame = std::max<int>(frame, kRoot);
    found.output_frame_[node->id()] = frame;
    if (IsEnter(node->type())) {
      MR_RETURN_IF_ERROR(found.EnterFrame(*node, frame));
    } else if (IsExit(node->type())) {
      found.output_frame_[node->id()] = std::max<int>(found.frames_[frame].parent, kRoot);
    } else if (node->type() == "LoopCond") {
      found.frames_[frame].condition = node;
    }
  }
  return found;
}

absl::Status LoopFrames::EnterFrame(const Node& enter, int parent) {
  LoopFrame frame;
  MR_RETURN_IF_ERROR(enter.GetAttr("frame_name", &frame.name));
  MR_RETURN_IF_ERROR(enter.GetAttr("parallel_iterations", &frame.parallel_iterations));
  const auto same = [&](const LoopFrame& f) { return f.parent == parent && f.name == frame.name; };
  auto place = std::find_if(frames_.begin(), frames_.end(), same);
  if (place == frames_.end()) {
    frame.parent = parent;
    frame.enter = enter.name();
    frame.origin = enter.origin();
    frames_.push_back(std::move(frame));
    place = frames_.end() - 1;
  }
  output_frame_[enter.id()] = static_cast<int>(place - frames_.begin());
  return absl::OkStatus();
}

int LoopFrames::OutputFrame(const Node& node) const {
  const size_t id = static_cast<size_t>(node.id());
  return id < output_frame_.size() && output_frame_[id] >= 0 ? output_frame_[id] : kRoot;
}

void LoopFrames::Follow(const Node& copy, const Node& original) {
  const int frame = OutputFrame(original);
  if (output_frame_.size() <= static_cast<size_t>(copy.id())) output_frame_.resize(copy.id() + 1);
  output_frame_[copy.id()] = frame;
}

}  // namespace millrace
