#include "core/passes/splice_body.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "core/base/status.h"
#include "core/graph/control_flow_ops.h"
#include "core/graph/device_name.h"

namespace millrace {
namespace {

// A node of the body that is not copied: its uses are joined to what feeds or takes it.
bool IsArgOrRetval(const Node& node) { return node.type() == "_Arg" || node.type() == "_Retval"; }

// `device` with the parts that it lacks taken from `outer`.
std::string MergedDevice(const std::string& device, const std::string& outer) {
  if (device.empty() || outer.empty()) return device.empty() ? outer : device;
  absl::StatusOr<DeviceName> inner_name = DeviceName::Parse(device);
  absl::StatusOr<DeviceName> outer_name = DeviceName::Parse(outer);
  if (!inner_name.ok() || !outer_name.ok()) return device;  // the placer reports it
  // What both name, the body's own request decides.
  DeviceName merged = *outer_name;
  if (!merged.Merge(*inner_name, /*override_conflicts=*/true).ok()) return device;
  return merged.ToString();
}

// Also where a reference takes the place of a value.
absl::Status ReplaceUsesOfOutput(Graph* graph, Endpoint from, Endpoint to) {
  if (from.node->output_type(from.index) == to.node->output_type(to.index)) {
    graph->ReplaceUses(from, to);
    return absl::OkStatus();
  }
  const std::vector<Use> uses(from.node->uses().begin(), from.node->uses().end());
  for (const Use& use : uses) {
    if (use.output != from.index) continue;
    MR_RETURN_IF_ERROR(graph->SetInput(use.dst, use.dst_input, to));
  }
  return absl::OkStatus();
}

// Copies one body into the graph in the place of one call.
class BodySplicer {
 public:
  BodySplicer(const FunctionLibrary::Body& body, Node* call, StepGraph* step)
      : body_(body), call_(call), step_(step), graph_(*step->graph) {}

  // On success the call is gone. `added`: the nodes that came in its place.
  absl::Status Splice(std::vector<Node*>* added);

 private:
  void FindSideEffects();
  void MarkNeeded();
  absl::Status AddInputBarrier();
  absl::Status CopyNode(const Node& node);
  absl::Status JoinBackEdges();
  absl::Status ReplaceResults();
  absl::Status ReplaceControl();
  AttrMap CopiedAttrs(const Node& node) const;
  Endpoint Mapped(Endpoint e) const;
  absl::StatusOr<Node*> AddNoOp(absl::string_view name);

  const FunctionLibrary::Body& body_;
  Node* const call_;
  StepGraph* const step_;
  Graph& graph_;
  std::vector<const Node*> side_effects_;  // in the body
  std::vector<bool> needed_;               // by id in the body
  // By id in the body; null for `_Arg`, `_Retval` and what is not needed.
  std::vector<Node*> copies_;
  std::vector<const Node*> with_back_edges_;
  std::vector<Node*>* added_ = nullptr;
  Node* input_barrier_ = nullptr;  // runs after the call's control inputs; null if it has none
};

absl::Status BodySplicer::Splice(std::vector<Node*>* added) {
  added_ = added;
  copies_.resize(body_.graph->num_node_ids());
  FindSideEffects();
  MarkNeeded();
  MR_RETURN_IF_ERROR(AddInputBarrier());
  MR_ASSIGN_OR_RETURN(const std::vector<Node*> order, body_.graph->TopologicalOrder());
  for (const Node* node : order) {
    if (needed_[node->id()] && !IsArgOrRetval(*node)) MR_RETURN_IF_ERROR(CopyNode(*node));
  }
  MR_RETURN_IF_ERROR(JoinBackEdges());
  MR_RETURN_IF_ERROR(ReplaceResults());
  return ReplaceControl();
}

// A function from before control outputs were written down runs all its stateful nodes.
void BodySplicer::FindSideEffects() {
  side_effects_.assign(body_.control_returns.begin(), body_.control_returns.end());
  if (!side_effects_.empty()) return;
  for (const auto& node : body_.graph->nodes()) {
    if (node != nullptr && node->op().is_stateful && !IsArgOrRetval(*node)) {
      side_effects_.push_back(node.get());
    }
  }
}

// Results and side effects, and what they depend on.
void BodySplicer::MarkNeeded() {
  needed_.resize(body_.graph->num_node_ids());
  std::vector<const Node*> pending;
  const auto visit = [&](const Node* node) {
    if (node == nullptr || needed_[node->id()]) return;
    needed_[node->id()] = true;
    pending.push_back(node);
  };
  for (const Node* node : body_.rets) visit(node);
  for (const Node* node : side_effects_) visit(node);
  while (!pending.empty()) {
    const Node* node = pending.back();
    pending.pop_back();
    for (const Endpoint& input : node->inputs()) visit(input.node);
    for (const Node* control : node->control_inputs()) visit(control);
  }
}

absl::StatusOr<Node*> BodySplicer::AddNoOp(absl::string_view name) {
  Graph::NodeArgs args;
  args.name = std::string(name);
  args.uniquify = true;
  args.op = "NoOp";
  args.device = call_->requested_device();
  args.origin = call_->origin();
  MR_ASSIGN_OR_RETURN(Node * node, graph_.AddNode(std::move(args)));
  added_->push_back(node);
  return node;
}

absl::Status BodySplicer::AddInputBarrier() {
  const auto controls = call_->control_inputs();
  if (controls.empty()) return absl::OkStatus();
  if (controls.size() == 1) {
    input_barrier_ = controls[0];
    return absl::OkStatus();
  }
  MR_ASSIGN_OR_RETURN(input_barrier_, AddNoOp(absl::StrCat(call_->name(), "/input_control")));
  for (Node* control : controls) graph_.AddControlEdge(control, input_barrier_);
  return absl::OkStatus();
}

Endpoint BodySplicer::Mapped(Endpoint e) const {
  if (e.node == nullptr) return e;
  if (e.node->type() == "_Arg") {
    int64_t index = 0;
    e.node->GetAttr("index", &index).IgnoreError();
    return call_->input(static_cast<int>(index));
  }
  return {copies_[e.node->id()], e.index};
}

AttrMap BodySplicer::CopiedAttrs(const Node& node) const {
  AttrMap attrs = node.attrs();
  if (IsEnter(node.type())) {
    std::string frame;
    attrs.Get("frame_name", &frame).IgnoreError();
    attrs.Set("frame_name", absl::StrCat(call_->name(), "/", frame));
  }
  std::vector<std::string> classes;
  if (!attrs.Get("_class", &classes).ok()) return attrs;
  std::vector<std::string> renamed;
  for (const std::string& name : classes) {
    absl::string_view anchor = name;
    if (!absl::ConsumePrefix(&anchor, "loc:@")) {
      renamed.push_back(name);
      continue;
    }
    Node* inner = body_.graph->FindNode(anchor);
    const Node* copy = inner != nullptr ? Mapped({inner, 0}).node : nullptr;
    renamed.push_back(copy != nullptr ? absl::StrCat("loc:@", copy->name())
                                      : absl::StrCat("loc:@", call_->name(), "/", anchor));
  }
  attrs.Set("_class", std::move(renamed));
  return attrs;
}

absl::Status BodySplicer::CopyNode(const Node& node) {
  Graph::NodeArgs args;
  args.name = absl::StrCat(call_->name(), "/", node.name());
  args.uniquify = true;
  args.op = node.type();
  args.attrs = CopiedAttrs(node);
  args.device = MergedDevice(node.requested_device(), call_->requested_device());
  args.origin = node.origin().empty() ? call_->origin() : node.origin();

  bool has_back_edge = false;
  bool waits_for_body = false;  // and so, at one remove, for the call's control inputs
  for (const Endpoint& input : node.inputs()) {
    const Endpoint source = Mapped(input);
    has_back_edge |= source.node == nullptr;
    waits_for_body |= input.node->type() != "_Arg";
    args.inputs.push_back(source);
  }
  if (has_back_edge) {
    args.inputs.clear();
    args.deferred_input_types.assign(node.input_types().begin(), node.input_types().end());
    with_back_edges_.push_back(&node);
  }
  for (const Node* control : node.control_inputs()) {
    if (Node* copy = copies_[control->id()]; copy != nullptr) {
      args.control_inputs.push_back(copy);
      waits_for_body = true;
    } else if (control->type() == "_Arg") {
      args.control_inputs.push_back(Mapped({const_cast<Node*>(control), 0}).node);
    }
  }
  if (!waits_for_body && input_barrier_ != nullptr) args.control_inputs.push_back(input_barrier_);
  absl::StatusOr<Node*> copy = graph_.AddNode(std::move(args));
  if (!copy.ok()) return Annotate(copy.status(), absl::StrCat("inlining ", call_->Describe()));
  copies_[node.id()] = *copy;
  added_->push_back(*copy);
  return absl::OkStatus();
}

absl::Status BodySplicer::JoinBackEdges() {
  for (const Node* node : with_back_edges_) {
    for (int i = 0; i < node->num_inputs(); ++i) {
      MR_RETURN_IF_ERROR(graph_.SetInput(copies_[node->id()], i, Mapped(node->input(i))));
    }
  }
  return absl::OkStatus();
}

absl::Status BodySplicer::ReplaceResults() {
  for (size_t i = 0; i < body_.rets.size(); ++i) {
    const int output = static_cast<int>(i);
    const Endpoint result = Mapped(body_.rets[i]->input(0));
    MR_RETURN_IF_ERROR(ReplaceUsesOfOutput(&graph_, {call_, output}, result));
  }
  return absl::OkStatus();
}

// Who waited for the call waits for all that it did: for its side effects and its results.
absl::Status BodySplicer::ReplaceControl() {
  std::vector<Node*> ends;
  for (const Node* node : side_effects_) {
    Node* end = copies_[node->id()];
    if (end == nullptr) continue;
    ends.push_back(end);
    step_->Require(end);
  }
  const std::vector<Use> uses(call_->uses().begin(), call_->uses().end());
  const bool required = step_->IsRequired(call_);
  if (!uses.empty() || required) {
    MR_ASSIGN_OR_RETURN(Node * done, AddNoOp(absl::StrCat(call_->name(), "/output_control")));
    for (Node* end : ends) graph_.AddControlEdge(end, done);
    for (const Node* ret : body_.rets) graph_.AddControlEdge(Mapped(ret->input(0)).node, done);
    if (input_barrier_ != nullptr) graph_.AddControlEdge(input_barrier_, done);
    for (const Use& use : uses) {
      graph_.RemoveControlEdge(call_, use.dst);
      graph_.AddControlEdge(done, use.dst);
    }
    if (required) step_->Require(done);
  }
  graph_.RemoveNode(call_);
  return absl::OkStatus();
}

}  // namespace

absl::Status SpliceBody(const FunctionLibrary::Body& body, Node* call, StepGraph* step,
                        std::vector<Node*>* added) {
  return BodySplicer(body, call, step).Splice(added);
}

}  // namespace millrace
