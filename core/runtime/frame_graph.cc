#include "core/runtime/frame_graph.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/control_flow_ops.h"

namespace millrace {
namespace {

FrameNode::Kind KindOf(const Node& node) {
  const absl::string_view type = node.type();
  if (type == "_Arg") return FrameNode::kArg;
  if (type == "_Retval") return FrameNode::kResult;
  if (type == "_Send") return FrameNode::kSend;
  if (type == "_Recv") return FrameNode::kRecv;
  if (IsSwitch(type)) return FrameNode::kSwitch;
  if (IsMerge(type)) return FrameNode::kMerge;
  // A Merge of nothing: it only waits, for dead nodes too, and is never dead itself.
  if (type == "ControlTrigger") return FrameNode::kMerge;
  if (IsEnter(type)) return FrameNode::kEnter;
  if (IsExit(type)) return FrameNode::kExit;
  if (IsNextIteration(type)) return FrameNode::kNextIteration;
  return FrameNode::kPlain;
}

class FrameGraphBuilder {
 public:
  explicit FrameGraphBuilder(const std::vector<PlanItem>& items)
      : items_(items), graph_(std::make_unique<FrameGraph>()) {}

  absl::StatusOr<std::unique_ptr<FrameGraph>> Build() {
    graph_->frames.emplace_back();
    graph_->nodes.resize(items_.size());
    for (int32_t i = 0; i < size(); ++i) MR_RETURN_IF_ERROR(PlaceInFrame(i));
    MR_RETURN_IF_ERROR(CheckBackEdges());
    NumberNodes();
    FillEdges();
    return std::move(graph_);
  }

 private:
  int32_t size() const { return static_cast<int32_t>(items_.size()); }

  // Where the outputs of node `i` are.
  absl::StatusOr<int32_t> OutputFrame(int32_t i) const {
    const FrameNode& node = graph_->nodes[i];
    if (node.kind == FrameNode::kEnter) return node.child;
    if (node.kind != FrameNode::kExit) return node.frame;
    if (node.frame == 0) return Error(i, "is an Exit that no Enter leads to");
    return graph_->frames[node.frame].parent;
  }

  absl::Status Error(int32_t i, absl::string_view what) const {
    return absl::InvalidArgumentError(absl::StrCat(items_[i].node->Describe(), " ", what));
  }

  absl::Status PlaceInFrame(int32_t i) {
    const PlanItem& item = items_[i];
    FrameNode& node = graph_->nodes[i];
    node.kind = KindOf(*item.node);
    node.index = item.index;
    int32_t frame = -1;
    const auto join = [&](int32_t from) -> absl::Status {
      if (from >= i) return absl::OkStatus();  // a back edge
      MR_ASSIGN_OR_RETURN(const int32_t found, OutputFrame(from));
      if (frame >= 0 && frame != found) {
        return Error(i,
                     absl::StrCat("has inputs from different frames: '", graph_->frames[frame].name,
                                  "' and '", graph_->frames[found].name, "'"));
      }
      frame = found;
      return absl::OkStatus();
    };
    for (const PlanItem::Input& input : item.inputs) MR_RETURN_IF_ERROR(join(input.item));
    for (const int32_t control : item.controls) MR_RETURN_IF_ERROR(join(control));
    node.frame = frame < 0 ? 0 : frame;
    return node.kind == FrameNode::kEnter ? EnterFrame(i) : absl::OkStatus();
  }

  absl::Status EnterFrame(int32_t i) {
    FrameNode& node = graph_->nodes[i];
    std::string name;
    int64_t parallel_iterations = 10;
    const Node& source = *items_[i].node;
    MR_RETURN_IF_ERROR(source.GetAttr("frame_name", &name));
    MR_RETURN_IF_ERROR(source.GetAttr("is_constant", &node.is_constant));
    MR_RETURN_IF_ERROR(source.GetAttr("parallel_iterations", &parallel_iterations));
    if (parallel_iterations < 1) return Error(i, "needs parallel_iterations of at least 1");
    const auto [place, is_new] =
        frame_of_.try_emplace({node.frame, name}, static_cast<int32_t>(graph_->frames.size()));
    if (is_new) {
      StaticFrame frame;
      frame.name = name;
      frame.parent = node.frame;
      frame.parallel_iterations =
          static_cast<int32_t>(std::min<int64_t>(parallel_iterations, 1 << 20));
      graph_->frames.push_back(std::move(frame));
    }
    node.child = place->second;
    ++graph_->frames[node.child].num_enters;
    return absl::OkStatus();
  }

  // A Merge and the NextIteration that leads back to it are in one frame.
  absl::Status CheckBackEdges() const {
    for (int32_t i = 0; i < size(); ++i) {
      for (const PlanItem::Input& input : items_[i].inputs) {
        if (input.item < i) continue;
        if (graph_->nodes[i].kind != FrameNode::kMerge ||
            graph_->nodes[input.item].kind != FrameNode::kNextIteration) {
          return Error(i, "is in a cycle that is not a loop");
        }
        if (graph_->nodes[i].frame != graph_->nodes[input.item].frame) {
          return Error(i, "takes a NextIteration of another frame");
        }
      }
    }
    return absl::OkStatus();
  }

  void NumberNodes() {
    for (int32_t i = 0; i < size(); ++i) {
      FrameNode& node = graph_->nodes[i];
      StaticFrame& frame = graph_->frames[node.frame];
      node.number = static_cast<int32_t>(frame.nodes.size());
      frame.nodes.push_back(i);
      node.first_slot = frame.num_slots;
      const int32_t inputs = static_cast<int32_t>(items_[i].inputs.size());
      node.num_inputs = inputs;
      frame.num_slots += inputs;
      const int32_t controls = static_cast<int32_t>(items_[i].controls.size());
      node.waits_for = controls + (node.kind == FrameNode::kMerge ? 0 : inputs);
      if (inputs + controls == 0) graph_->sources.push_back(i);
    }
  }

  void FillEdges() {
    const auto for_each_edge = [this](auto fn) {
      for (int32_t i = 0; i < size(); ++i) {
        for (int32_t k = 0; k < static_cast<int32_t>(items_[i].inputs.size()); ++k) {
          const PlanItem::Input& input = items_[i].inputs[k];
          fn(input.item, FrameEdge{input.output, i, k});
        }
        for (const int32_t control : items_[i].controls) fn(control, FrameEdge{-1, i, -1});
      }
    };
    for_each_edge([this](int32_t from, FrameEdge) { ++graph_->nodes[from].num_edges; });
    int32_t total = 0;
    std::vector<int32_t> next(items_.size());
    for (int32_t i = 0; i < size(); ++i) {
      graph_->nodes[i].first_edge = next[i] = total;
      total += graph_->nodes[i].num_edges;
    }
    graph_->edges.resize(total);
    for_each_edge([&](int32_t from, FrameEdge edge) { graph_->edges[next[from]++] = edge; });
  }

  const std::vector<PlanItem>& items_;
  std::unique_ptr<FrameGraph> graph_;
  std::map<std::pair<int32_t, std::string>, int32_t> frame_of_;  // by parent and name
};

}  // namespace

bool HasFrames(const Graph& graph) {
  for (const auto& node : graph.nodes()) {
    if (node == nullptr) continue;
    switch (KindOf(*node)) {
      case FrameNode::kMerge:
      case FrameNode::kSwitch:
      case FrameNode::kEnter:
      case FrameNode::kExit:
      case FrameNode::kNextIteration:
        return true;
      case FrameNode::kRecv:
        if (bool dead = false; node->GetAttr("_may_be_dead", &dead).ok() && dead) return true;
        break;
      default:
        break;
    }
  }
  return false;
}

absl::StatusOr<std::unique_ptr<FrameGraph>> BuildFrameGraph(const std::vector<PlanItem>& items) {
  return FrameGraphBuilder(items).Build();
}

}  // namespace millrace
