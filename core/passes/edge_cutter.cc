#include "core/passes/edge_cutter.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/control_flow_ops.h"
#include "core/graph/shape_inference.h"

namespace millrace {
namespace {

// A constant up to this size is copied rather than sent in every step.
constexpr size_t kMaxCopiedConstBytes = 4096;

}  // namespace

absl::Status EdgeCutter::CheckEdge(const Node& src, const Use& use) const {
  if (use.output == Use::kControl || !IsRef(src.output_type(use.output)) ||
      !IsRef(use.dst->input_type(use.dst_input))) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "A reference cannot leave its device: ", src.Describe(), " is on ", src.assigned_device(),
      ", but ", use.dst->Describe(), " on ", use.dst->assigned_device()));
}

absl::StatusOr<Node*> EdgeCutter::AddNode(Graph::NodeArgs args, int device) {
  args.uniquify = true;
  args.internal_name = true;
  MR_ASSIGN_OR_RETURN(Node * node, graph_.AddNode(std::move(args)));
  graph_.SetAssignedDevice(node, options_.devices[device].full_name);
  device_of_.resize(graph_.num_node_ids(), -1);
  device_of_[node->id()] = device;
  return node;
}

absl::StatusOr<Node*> EdgeCutter::CopyNode(const Node& src, int device) {
  Graph::NodeArgs args;
  args.name = absl::StrCat(src.name(), "/_copy");
  args.op = src.type();
  args.attrs = src.attrs();
  args.attrs.Erase("_class");
  args.inputs.assign(src.inputs().begin(), src.inputs().end());
  args.control_inputs.assign(src.control_inputs().begin(), src.control_inputs().end());
  args.origin = src.origin();
  return AddNode(std::move(args), device);
}

// An empty tensor: that it is there is all it says.
absl::StatusOr<Node*> EdgeCutter::AddSignal(std::string name, Node* after, std::string origin,
                                            int device) {
  Graph::NodeArgs args;
  args.name = std::move(name);
  args.op = "Const";
  args.attrs.Set("dtype", DType::kFloat);
  args.attrs.Set("value", Tensor::Vector<float>({}));
  if (after != nullptr) args.control_inputs = {after};
  args.origin = std::move(origin);
  return AddNode(std::move(args), device);
}

absl::Status EdgeCutter::Redirect(Node* src, const Use& use, Node* copy) {
  if (use.output != Use::kControl) return graph_.SetInput(use.dst, use.dst_input, {copy, 0});
  graph_.RemoveControlEdge(src, use.dst);
  graph_.AddControlEdge(copy, use.dst);
  return absl::OkStatus();
}

absl::StatusOr<Node*> EdgeCutter::AddSendAndRecv(Endpoint tensor, const std::string& tensor_name,
                                                 int from, int to, Node* turn) {
  const DType type = BaseType(tensor.node->output_type(tensor.index));
  AttrMap attrs;
  attrs.Set("tensor_name", tensor_name);
  attrs.Set("send_device", options_.devices[from].full_name);
  attrs.Set("send_device_incarnation", static_cast<int64_t>(options_.devices[from].incarnation));
  attrs.Set("recv_device", options_.devices[to].full_name);
  attrs.Set("edge_id", next_edge_id_++);

  Graph::NodeArgs send;
  send.name = absl::StrCat(tensor.node->name(), "/_send");
  send.op = "_Send";
  send.attrs = attrs;
  send.attrs.Set("T", type);
  send.inputs = {tensor};
  send.origin = tensor.node->origin();
  MR_RETURN_IF_ERROR(AddNode(std::move(send), from).status());

  Graph::NodeArgs recv;
  recv.name = absl::StrCat(tensor.node->name(), "/_recv");
  recv.op = "_Recv";
  recv.attrs = std::move(attrs);
  recv.attrs.Set("tensor_type", type);
  if (may_be_dead_) recv.attrs.Set("_may_be_dead", true);
  recv.origin = tensor.node->origin();
  MR_ASSIGN_OR_RETURN(Node * node, AddNode(std::move(recv), to));
  graph_.SetOutputShape(node, 0, tensor.node->output_shape(tensor.index));
  if (turn != nullptr) graph_.AddControlEdge(turn, node);
  return node;
}

absl::StatusOr<Node*> EdgeCutter::CopyOf(Node* src, int output, int device) {
  Node* turn = nullptr;
  if (const int frame = frames_.OutputFrame(*src); frame != LoopFrames::kRoot) {
    MR_ASSIGN_OR_RETURN(turn, ControlLoop(frame, device));
  }
  if (copies_.size() <= static_cast<size_t>(src->id())) copies_.resize(graph_.num_node_ids());
  for (const Copy& copy : copies_[src->id()]) {
    // That any output has arrived also tells that the node has run.
    const bool tells = output == Use::kControl && !IsSwitch(src->type());
    if (copy.device == device && (copy.output == output || tells)) return copy.node;
  }
  MR_ASSIGN_OR_RETURN(Node * made, MakeCopy(src, output, device, turn));
  copies_[src->id()].push_back({output, device, made});
  return made;
}

absl::StatusOr<Node*> EdgeCutter::MakeCopy(Node* src, int output, int device, Node* turn) {
  const int from = device_of_[src->id()];
  if (output == Use::kControl) {
    MR_ASSIGN_OR_RETURN(
        Node * empty, AddSignal(absl::StrCat(src->name(), "/_control"), src, src->origin(), from));
    return AddSendAndRecv({empty, 0}, absl::StrCat("^", src->name()), from, device, turn);
  }
  const Tensor* constant = src->control_inputs().empty() ? ConstantValue({src, output}) : nullptr;
  if (constant != nullptr && constant->total_bytes() <= kMaxCopiedConstBytes &&
      options_.devices[device].name.type == "CPU") {
    return CopyNode(*src, device);
  }
  return AddSendAndRecv({src, output}, absl::StrCat(src->name(), ":", output), from, device, turn);
}

absl::Status EdgeCutter::CutUses(Node* src) {
  const int from = device_of_[src->id()];
  std::vector<Use> cut;
  for (const Use& use : src->uses()) {
    if (device_of_[use.dst->id()] != from) cut.push_back(use);
  }
  for (const bool control : {false, true}) {  // so that control edges find tensors to ride on
    for (const Use& use : cut) {
      if ((use.output == Use::kControl) != control) continue;
      MR_RETURN_IF_ERROR(CheckEdge(*src, use));
      const int to = device_of_[use.dst->id()];
      MR_ASSIGN_OR_RETURN(Node * copy, CopyOf(src, use.output, to));
      MR_RETURN_IF_ERROR(Redirect(src, use, copy));
    }
  }
  return absl::OkStatus();
}

absl::Status EdgeCutter::Run() {
  const auto& nodes = graph_.nodes();
  may_be_dead_ = std::any_of(nodes.begin(), nodes.end(), [](const auto& node) {
    return node != nullptr && IsSwitch(node->type());
  });
  if (!frames_.empty()) MR_RETURN_IF_ERROR(BringLoopEndsTogether());
  const int num_ids = graph_.num_node_ids();
  for (int id = 0; id < num_ids; ++id) {
    if (Node* node = graph_.nodes()[id].get()) MR_RETURN_IF_ERROR(CutUses(node));
  }
  return absl::OkStatus();
}

}  // namespace millrace
