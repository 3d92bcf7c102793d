#include "core/runtime/frame_state.h"

#include <deque>
#include <map>
#include <optional>
#include <utility>

#include "core/runtime/child_step.h"

namespace millrace {

struct NodeState {
  int32_t waits_for = 0;
  int32_t dead_inputs = 0;
  bool dead = false;     // an input or control input is dead
  bool decided = false;  // of a Merge: it has a live input, or is dead
};

struct FrameState::Iteration {
  std::vector<Tensor> slots;
  std::vector<NodeState> nodes;
  int32_t busy = 0;               // nodes that are ready or run
  int32_t children = 0;           // frames opened from here
  std::optional<ChildStep> step;  // none in the outermost frame: there it is the run's
};

struct FrameState::Instance {
  int32_t id = 0;  // of its StaticFrame
  Instance* parent = nullptr;
  int64_t parent_turn = 0;
  uint64_t number = 0;  // StepContext::frame of what runs in it
  int32_t enters_left = 0;
  // Those under way, from `first_turn` on.
  std::deque<std::unique_ptr<Iteration>> iterations;
  int64_t first_turn = 0;
  std::vector<std::pair<int32_t, Tensor>> constants;  // by Enter: for every iteration
  std::vector<std::pair<int32_t, Tensor>>
      delayed;                      // by NextIteration: for an iteration that may not begin yet
  std::vector<int32_t> dead_exits;  // of the newest iteration
  std::map<std::pair<int32_t, int64_t>, std::unique_ptr<Instance>> children;

  int64_t last_turn() const { return first_turn + static_cast<int64_t>(iterations.size()) - 1; }
  Iteration* At(int64_t turn) { return iterations[turn - first_turn].get(); }
};

FrameState::FrameState(const FrameGraph& graph, StepContext* step)
    : graph_(graph), step_(step), root_(new Instance) {
  NewIteration(root_.get());
}

FrameState::~FrameState() = default;

FrameState::Iteration* FrameState::NewIteration(Instance* frame) {
  const StaticFrame& statics = graph_.frames[frame->id];
  auto iteration = std::make_unique<Iteration>();
  iteration->slots.resize(statics.num_slots);
  iteration->nodes.resize(statics.nodes.size());
  for (size_t i = 0; i < statics.nodes.size(); ++i) {
    iteration->nodes[i].waits_for = graph_.nodes[statics.nodes[i]].waits_for;
  }
  frame->iterations.push_back(std::move(iteration));
  if (frame->parent != nullptr) {
    StepContext* const turn = frame->iterations.back()->step.emplace(step_).get();
    turn->frame = frame->number;
    turn->iteration = frame->last_turn();
  }
  return frame->iterations.back().get();
}

void FrameState::Start(std::vector<Ready>* ready) {
  Iteration* iteration = root_->At(0);
  for (const int32_t node : graph_.sources) {
    ++iteration->busy;
    ready->push_back({node, root_.get(), 0, iteration, false});
  }
}

Tensor* FrameState::Inputs(const Ready& node) const {
  return node.iteration->slots.data() + graph_.nodes[node.node].first_slot;
}

StepContext* FrameState::Step(const Ready& node) const {
  return node.iteration->step.has_value() ? node.iteration->step->get() : step_;
}

void FrameState::Done(const Ready& node, std::vector<Tensor> outputs, std::vector<Ready>* ready) {
  const FrameNode& statics = graph_.nodes[node.node];
  for (int32_t i = 0; i < statics.num_inputs; ++i) Inputs(node)[i].Reset();
  switch (statics.kind) {
    case FrameNode::kEnter:
      DoneEnter(node, outputs, ready);
      break;
    case FrameNode::kExit:
      if (!node.dead) {
        DeliverAll(node.node, outputs, false, node.frame->parent, node.frame->parent_turn, ready);
      } else if (node.turn == node.frame->last_turn()) {
        // The loop may go on: it is known to be dead when no further iteration begins.
        node.frame->dead_exits.push_back(node.node);
      }
      break;
    case FrameNode::kNextIteration:
      if (!node.dead) DoneNextIteration(node, outputs, ready);
      break;
    default:
      DeliverAll(node.node, outputs, node.dead, node.frame, node.turn, ready);
  }
  --node.iteration->busy;
  CleanUp(node.frame, ready);
}

void FrameState::DeliverAll(int32_t node, std::vector<Tensor>& outputs, Dead dead, Instance* frame,
                            int64_t turn, std::vector<Ready>* ready) {
  const FrameNode& statics = graph_.nodes[node];
  for (int32_t e = statics.first_edge; e < statics.first_edge + statics.num_edges; ++e) {
    const FrameEdge& edge = graph_.edges[e];
    const Tensor* value = edge.output >= 0 && !dead ? &outputs[edge.output] : nullptr;
    const Dead edge_dead = dead || (value != nullptr && !value->initialized());
    Deliver(edge, value, edge_dead, statics.kind == FrameNode::kEnter, frame, turn, ready);
  }
}

void FrameState::Deliver(const FrameEdge& edge, const Tensor* value, Dead dead, Dead from_enter,
                         Instance* frame, int64_t turn, std::vector<Ready>* ready) {
  const FrameNode& to = graph_.nodes[edge.to];
  Iteration* iteration = frame->At(turn);
  NodeState& state = iteration->nodes[to.number];
  if (to.kind == FrameNode::kMerge) {
    DeliverToMerge(edge, dead ? nullptr : value, from_enter, frame, turn, iteration, ready);
    return;
  }
  if (dead) {
    state.dead = true;
  } else if (value != nullptr) {
    iteration->slots[to.first_slot + edge.to_input] = *value;
  }
  if (--state.waits_for > 0) return;
  ++iteration->busy;
  ready->push_back({edge.to, frame, turn, iteration, state.dead});
}

// A Merge runs with the first live input, or dead when all inputs are: in a loop's first turn that
// is the one Enter. Its control inputs only have it wait.
void FrameState::DeliverToMerge(const FrameEdge& edge, const Tensor* value, Dead from_enter,
                                Instance* frame, int64_t turn, Iteration* iteration,
                                std::vector<Ready>* ready) {
  const FrameNode& to = graph_.nodes[edge.to];
  NodeState& state = iteration->nodes[to.number];
  if (edge.to_input < 0) {
    --state.waits_for;
  } else if (state.decided) {
    return;  // too late
  } else if (value != nullptr) {
    iteration->slots[to.first_slot + edge.to_input] = *value;
    state.decided = true;
  } else {
    ++state.dead_inputs;
    state.decided = state.dead = from_enter || state.dead_inputs == to.num_inputs;
  }
  if ((!state.decided && to.num_inputs > 0) || state.waits_for > 0) return;
  ++iteration->busy;
  ready->push_back({edge.to, frame, turn, iteration, state.dead});
}

FrameState::Instance* FrameState::ChildOf(const Ready& enter) {
  const int32_t id = graph_.nodes[enter.node].child;
  std::unique_ptr<Instance>& child = enter.frame->children[{id, enter.turn}];
  if (child == nullptr) {
    child = std::make_unique<Instance>();
    child->id = id;
    child->parent = enter.frame;
    child->parent_turn = enter.turn;
    const StepContext& outside = *Step(enter);
    child->number = FrameInside(outside.frame, outside.iteration);
    child->enters_left = graph_.frames[id].num_enters;
    NewIteration(child.get());
    ++enter.iteration->children;
  }
  return child.get();
}

void FrameState::DoneEnter(const Ready& node, std::vector<Tensor>& outputs,
                           std::vector<Ready>* ready) {
  Instance* child = ChildOf(node);
  DeliverAll(node.node, outputs, node.dead, child, 0, ready);
  if (graph_.nodes[node.node].is_constant) {
    for (int64_t turn = 1; turn <= child->last_turn(); ++turn) {
      DeliverAll(node.node, outputs, node.dead, child, turn, ready);
    }
    child->constants.emplace_back(node.node, std::move(outputs[0]));
  }
  --child->enters_left;
  CleanUp(child, ready);
}

void FrameState::DoneNextIteration(const Ready& node, std::vector<Tensor>& outputs,
                                   std::vector<Ready>* ready) {
  Instance* frame = node.frame;
  if (node.turn == frame->last_turn()) {
    const int32_t allowed = graph_.frames[frame->id].parallel_iterations;
    if (static_cast<int32_t>(frame->iterations.size()) >= allowed) {
      frame->delayed.emplace_back(node.node, std::move(outputs[0]));
      return;
    }
    OpenIteration(frame, ready);
  }
  DeliverAll(node.node, outputs, false, frame, node.turn + 1, ready);
}

void FrameState::OpenIteration(Instance* frame, std::vector<Ready>* ready) {
  frame->dead_exits.clear();
  NewIteration(frame);
  for (const auto& [enter, value] : frame->constants) {
    std::vector<Tensor> outputs = {value};
    DeliverAll(enter, outputs, !value.initialized(), frame, frame->last_turn(), ready);
  }
}

bool FrameState::IsOver(const Instance& frame, const Iteration& iteration) const {
  return iteration.busy == 0 && iteration.children == 0 && frame.enters_left == 0;
}

void FrameState::CleanUp(Instance* frame, std::vector<Ready>* ready) {
  while (frame != root_.get()) {
    // The first iteration under way takes nothing more from those before it.
    while (!frame->iterations.empty() && IsOver(*frame, *frame->iterations.front())) {
      frame->iterations.pop_front();
      ++frame->first_turn;
      if (frame->delayed.empty()) continue;
      OpenIteration(frame, ready);
      const auto delayed = std::exchange(frame->delayed, {});
      for (const auto& [node, value] : delayed) {
        std::vector<Tensor> outputs = {value};
        DeliverAll(node, outputs, false, frame, frame->last_turn(), ready);
      }
    }
    if (!frame->iterations.empty()) return;

    Instance* parent = frame->parent;
    const int64_t turn = frame->parent_turn;
    std::vector<Tensor> nothing;
    for (const int32_t exit : frame->dead_exits) {
      DeliverAll(exit, nothing, true, parent, turn, ready);
    }
    parent->children.erase({frame->id, turn});
    --parent->At(turn)->children;
    frame = parent;
  }
}

}  // namespace millrace
