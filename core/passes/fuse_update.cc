#include "core/passes/fuse_update.h"

#include <utility>
#include <vector>

#include "core/base/status.h"

namespace millrace {
namespace {

constexpr char kFused[] = "_MatMulApplyGradientDescent";
constexpr int kVariable = 0, kAlpha = 1, kDelta = 2;  // ResourceApplyGradientDescent's inputs

// The product that `update` alone uses, or null.
Node* OwnProduct(const Node& update) {
  if (update.type() != "ResourceApplyGradientDescent") return nullptr;
  Node* const product = update.input(kDelta).node;
  return product != nullptr && product->type() == "MatMul" && product->uses().size() == 1 ? product
                                                                                          : nullptr;
}

// What the fused node is, but for its control edges.
absl::StatusOr<Graph::NodeArgs> FusedArgs(const Node& update, const Node& product) {
  Graph::NodeArgs args;
  args.name = update.name();
  args.internal_name = true;
  args.op = kFused;
  args.origin = update.origin();
  args.device = update.requested_device();
  args.inputs = {update.input(kVariable), update.input(kAlpha), product.input(0), product.input(1)};
  args.attrs.Set("T", update.input_type(kDelta));
  for (const char* name : {"transpose_a", "transpose_b"}) {
    bool value = false;
    MR_RETURN_IF_ERROR(product.GetAttr(name, &value));
    args.attrs.Set(name, value);
  }
  return args;
}

absl::Status Fuse(Graph::NodeArgs args, Node* update, Node* product, Graph* graph) {
  for (const Node* node : {update, product}) {
    args.control_inputs.insert(args.control_inputs.end(), node->control_inputs().begin(),
                               node->control_inputs().end());
  }
  std::vector<Node*> successors;
  for (const Use& use : update->uses()) successors.push_back(use.dst);
  for (Node* successor : successors) graph->RemoveControlEdge(update, successor);
  const std::string device = update->assigned_device();
  graph->RemoveNode(update);
  graph->RemoveNode(product);
  MR_ASSIGN_OR_RETURN(Node* const fused, graph->AddNode(std::move(args)));
  graph->SetAssignedDevice(fused, device);
  for (Node* successor : successors) graph->AddControlEdge(fused, successor);
  return absl::OkStatus();
}

}  // namespace

absl::Status FuseUpdates(absl::string_view device_type, Graph* graph) {
  const OpSchema* const fused = graph->registry().Find(kFused);
  if (fused == nullptr) return absl::OkStatus();
  const int num_ids = graph->num_node_ids();
  for (int id = 0; id < num_ids; ++id) {
    Node* const update = graph->nodes()[id].get();
    Node* const product = update != nullptr ? OwnProduct(*update) : nullptr;
    if (product == nullptr) continue;
    MR_ASSIGN_OR_RETURN(Graph::NodeArgs args, FusedArgs(*update, *product));
    if (!graph->registry().FindKernel(*fused, args.attrs, device_type).ok()) continue;
    MR_RETURN_IF_ERROR(Fuse(std::move(args), update, product, graph));
  }
  return absl::OkStatus();
}

}  // namespace millrace
