#include "core/passes/partition.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/shape_inference.h"

namespace millrace {
namespace {

// A constant up to this size is copied rather than sent in every step.
constexpr size_t kMaxCopiedConstBytes = 4096;

bool IsEnter(const Node& node) { return node.type() == "Enter" || node.type() == "RefEnter"; }
bool IsExit(const Node& node) { return node.type() == "Exit" || node.type() == "RefExit"; }

class EdgeCutter {
 public:
  EdgeCutter(const CompileOptions& options, std::vector<int>* device_of, Graph* graph,
             int64_t* next_edge_id)
      : options_(options), device_of_(*device_of), graph_(*graph), next_edge_id_(*next_edge_id) {}

  absl::Status Run();

 private:
  // What stands on a device for one output of the node that is cut off now (kControl: for its
  // having run).
  struct Copy {
    int output;
    int device;
    Node* node;
  };

  void FindFrames();
  absl::Status CheckEdge(const Node& src, const Use& use) const;
  absl::Status CutUses(Node* src);
  absl::StatusOr<Node*> CopyOf(Node* src, int output, int device, std::vector<Copy>* copies);
  absl::StatusOr<Node*> CopyConst(const Node& src, int device);
  absl::StatusOr<Node*> AddSendAndRecv(Endpoint tensor, const std::string& tensor_name, int from,
                                       int to);
  absl::StatusOr<Node*> AddNode(Graph::NodeArgs args, int device);

  const CompileOptions& options_;
  std::vector<int>& device_of_;
  Graph& graph_;
  int64_t& next_edge_id_;
  std::vector<bool> in_frame_;  // by node id; empty if there are no frames
};

// From each Enter to the Exits that end its frame.
void EdgeCutter::FindFrames() {
  std::vector<const Node*> pending;
  for (const auto& node : graph_.nodes()) {
    if (node != nullptr && IsEnter(*node)) pending.push_back(node.get());
  }
  if (pending.empty()) return;
  in_frame_.resize(graph_.num_node_ids());
  for (const Node* node : pending) in_frame_[node->id()] = true;
  while (!pending.empty()) {
    const Node* node = pending.back();
    pending.pop_back();
    if (IsExit(*node)) continue;
    for (const Use& use : node->uses()) {
      if (in_frame_[use.dst->id()]) continue;
      in_frame_[use.dst->id()] = true;
      pending.push_back(use.dst);
    }
  }
}

absl::Status EdgeCutter::CheckEdge(const Node& src, const Use& use) const {
  if (use.output != Use::kControl && IsRef(src.output_type(use.output)) &&
      IsRef(use.dst->input_type(use.dst_input))) {
    return absl::InvalidArgumentError(absl::StrCat(
        "A reference cannot leave its device: ", src.Describe(), " is on ", src.assigned_device(),
        ", but ", use.dst->Describe(), " on ", use.dst->assigned_device()));
  }
  if (in_frame_.empty()) return absl::OkStatus();
  const bool leaves = in_frame_[src.id()] && !IsExit(src);
  const bool enters = in_frame_[use.dst->id()] && !IsEnter(*use.dst);
  if (!leaves && !enters) return absl::OkStatus();
  return absl::UnimplementedError(absl::StrCat(
      "A loop of Enter, Merge and Switch cannot span devices (a functional While can): ",
      src.Describe(), " is on ", src.assigned_device(), ", but ", use.dst->Describe(), " on ",
      use.dst->assigned_device()));
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

absl::StatusOr<Node*> EdgeCutter::CopyConst(const Node& src, int device) {
  Graph::NodeArgs args;
  args.name = absl::StrCat(src.name(), "/_copy");
  args.op = src.type();
  args.attrs = src.attrs();
  args.attrs.Erase("_class");
  args.origin = src.origin();
  return AddNode(std::move(args), device);
}

absl::StatusOr<Node*> EdgeCutter::AddSendAndRecv(Endpoint tensor, const std::string& tensor_name,
                                                 int from, int to) {
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
  recv.origin = tensor.node->origin();
  MR_ASSIGN_OR_RETURN(Node * node, AddNode(std::move(recv), to));
  graph_.SetOutputShape(node, 0, tensor.node->output_shape(tensor.index));
  return node;
}

absl::StatusOr<Node*> EdgeCutter::CopyOf(Node* src, int output, int device,
                                         std::vector<Copy>* copies) {
  for (const Copy& copy : *copies) {
    // That any output has arrived also tells that the node has run.
    if (copy.device == device && (copy.output == output || output == Use::kControl)) {
      return copy.node;
    }
  }
  Node* made = nullptr;
  const int from = device_of_[src->id()];
  if (output == Use::kControl) {
    Graph::NodeArgs args;
    args.name = absl::StrCat(src->name(), "/_control");
    args.op = "Const";
    args.attrs.Set("dtype", DType::kFloat);
    args.attrs.Set("value", Tensor::Vector<float>({}));
    args.control_inputs = {src};
    args.origin = src->origin();
    MR_ASSIGN_OR_RETURN(Node * empty, AddNode(std::move(args), from));
    MR_ASSIGN_OR_RETURN(made,
                        AddSendAndRecv({empty, 0}, absl::StrCat("^", src->name()), from, device));
  } else {
    const Tensor* constant = src->control_inputs().empty() ? ConstantValue({src, output}) : nullptr;
    if (constant != nullptr && constant->total_bytes() <= kMaxCopiedConstBytes &&
        options_.devices[device].name.type == "CPU") {
      MR_ASSIGN_OR_RETURN(made, CopyConst(*src, device));
    } else {
      MR_ASSIGN_OR_RETURN(
          made,
          AddSendAndRecv({src, output}, absl::StrCat(src->name(), ":", output), from, device));
    }
  }
  copies->push_back({output, device, made});
  return made;
}

absl::Status EdgeCutter::CutUses(Node* src) {
  const int from = device_of_[src->id()];
  std::vector<Use> cut;
  for (const Use& use : src->uses()) {
    if (device_of_[use.dst->id()] != from) cut.push_back(use);
  }
  std::vector<Copy> copies;
  for (const bool control : {false, true}) {  // so that control edges find tensors to ride on
    for (const Use& use : cut) {
      if ((use.output == Use::kControl) != control) continue;
      MR_RETURN_IF_ERROR(CheckEdge(*src, use));
      const int to = device_of_[use.dst->id()];
      MR_ASSIGN_OR_RETURN(Node * copy, CopyOf(src, use.output, to, &copies));
      if (control) {
        graph_.RemoveControlEdge(src, use.dst);
        graph_.AddControlEdge(copy, use.dst);
      } else {
        MR_RETURN_IF_ERROR(graph_.SetInput(use.dst, use.dst_input, {copy, 0}));
      }
    }
  }
  return absl::OkStatus();
}

absl::Status EdgeCutter::Run() {
  FindFrames();
  const int num_ids = graph_.num_node_ids();
  for (int id = 0; id < num_ids; ++id) {
    if (Node* node = graph_.nodes()[id].get()) MR_RETURN_IF_ERROR(CutUses(node));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CutEdgesBetweenDevices(const CompileOptions& options, std::vector<int>* device_of,
                                    Graph* graph, int64_t* next_edge_id) {
  return EdgeCutter(options, device_of, graph, next_edge_id).Run();
}

absl::StatusOr<std::vector<Partition>> SplitByDevice(const CompileOptions& options,
                                                     std::vector<int> device_of, StepGraph step,
                                                     int64_t* next_edge_id) {
  const size_t num_devices = options.devices.size();
  std::vector<bool> is_used(num_devices);
  for (const int device : device_of) {
    if (device >= 0) is_used[device] = true;
  }
  std::vector<Partition> partitions;
  const size_t num_used = std::count(is_used.begin(), is_used.end(), true);
  if (num_used > 1) {
    MR_RETURN_IF_ERROR(CutEdgesBetweenDevices(options, &device_of, step.graph.get(), next_edge_id));
  }
  for (size_t d = 0; d < num_devices; ++d) {
    if (!is_used[d]) continue;
    if (num_used == 1) {
      partitions.push_back({options.devices[d].full_name, std::move(step.graph)});
      break;
    }
    std::vector<bool> keep(device_of.size());
    for (size_t id = 0; id < keep.size(); ++id) keep[id] = device_of[id] == static_cast<int>(d);
    partitions.push_back({options.devices[d].full_name, step.graph->Copy(keep)});
  }
  return partitions;
}

}  // namespace millrace
