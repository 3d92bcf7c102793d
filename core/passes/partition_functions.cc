#include "core/passes/partition_functions.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/passes/colocation.h"
#include "core/passes/function_calls.h"
#include "core/passes/partition.h"
#include "core/passes/placed_function.h"

namespace millrace {
namespace {

// The functions of a node: of a While its condition and body, in this order.
std::vector<FunctionRef> FunctionsOf(const Node& node, CallKind kind) {
  const auto get = [&](absl::string_view attr) {
    FunctionRef f;
    node.GetAttr(attr, &f).IgnoreError();
    return f;
  };
  switch (kind) {
    case CallKind::kWhile:
      return {get("cond"), get("body")};
    case CallKind::kIf:
      return {get("then_branch"), get("else_branch")};
    case CallKind::kCase: {
      std::vector<FunctionRef> branches;
      node.GetAttr("branches", &branches).IgnoreError();
      return branches;
    }
    default:
      return {CalledFunction(node)};
  }
}

void SetFunctions(CallKind kind, std::vector<FunctionRef> functions, AttrMap* attrs) {
  if (kind == CallKind::kWhile) {
    attrs->Set("cond", functions[0]);
    attrs->Set("body", functions[1]);
  } else if (kind == CallKind::kIf) {
    attrs->Set("then_branch", functions[0]);
    attrs->Set("else_branch", functions[1]);
  } else if (kind == CallKind::kCase) {
    attrs->Set("branches", std::move(functions));
  } else {
    attrs->Set("f", functions[0]);
  }
}

template <typename T>
std::vector<T> Pick(absl::Span<const T> from, const std::vector<int>& indices) {
  std::vector<T> picked;
  for (const int i : indices) picked.push_back(from[i]);
  return picked;
}

std::vector<int> IndicesOn(const std::vector<int>& devices, int device) {
  std::vector<int> indices;
  for (size_t i = 0; i < devices.size(); ++i) {
    if (devices[i] == device) indices.push_back(static_cast<int>(i));
  }
  return indices;
}

class FunctionPartitioner {
 public:
  FunctionPartitioner(const CompileOptions& options, int64_t* next_edge_id)
      : options_(options), next_edge_id_(next_edge_id) {}

  absl::Status PartitionAll(StepGraph* step, std::vector<int>* device_of);

 private:
  // One node, with its functions loaded.
  struct Work {
    StepGraph* step;
    std::vector<int>* device_of;
    Node* node;
    CallKind kind;
    int first_arg;  // inputs before it are conditions
    int home;
    std::vector<int> arg_devices, ret_devices;
    std::vector<PlacedFunction> functions;
    std::vector<int> devices;  // of the parts
  };

  absl::Status Partition(Work* work, CallClassifier* calls);
  void FindArgDevices(CallClassifier* calls, Work* work) const;
  absl::Status LoadFunctions(Work* work);
  bool SpansDevices(Work* work) const;
  void KeepOnParts(Work* work) const;
  absl::Status SplitFunctions(Work* work, std::vector<std::vector<FunctionRef>>* parts);
  absl::StatusOr<Node*> AddPart(const Work& work, int device, std::vector<FunctionRef> functions);
  absl::Status ReplaceNode(const Work& work, const std::vector<Node*>& parts);

  const CompileOptions& options_;
  int64_t* const next_edge_id_;
  std::vector<std::string> inside_;  // the functions around, by name
};

void FunctionPartitioner::FindArgDevices(CallClassifier* calls, Work* work) const {
  const Node& node = *work->node;
  for (int i = work->first_arg; i < node.num_inputs(); ++i) {
    const bool is_handle = node.input_type(i) == DType::kResource;
    work->arg_devices.push_back(
        is_handle ? (*work->device_of)[HandleSource(node.input(i), calls).node->id()] : work->home);
  }
  if (work->kind == CallKind::kWhile) {
    work->ret_devices = work->arg_devices;
  } else {
    work->ret_devices.assign(node.num_outputs(), work->home);
  }
}

absl::Status FunctionPartitioner::LoadFunctions(Work* work) {
  const std::vector<FunctionRef> refs = FunctionsOf(*work->node, work->kind);
  for (size_t k = 0; k < refs.size(); ++k) {
    const bool is_cond = work->kind == CallKind::kWhile && k == 0;
    MR_ASSIGN_OR_RETURN(
        PlacedFunction function,
        LoadAndPlace(options_, *work->step->graph, refs[k], work->arg_devices,
                     is_cond ? std::vector<int>{work->home} : work->ret_devices, work->home));
    inside_.push_back(refs[k].name);
    const absl::Status nested = PartitionAll(&function.step, &function.device_of);
    inside_.pop_back();
    MR_RETURN_IF_ERROR(nested);
    work->functions.push_back(std::move(function));
  }
  return absl::OkStatus();
}

// Sets `devices`. False if the node can stay whole: it is moved to the one device that its
// functions need.
bool FunctionPartitioner::SpansDevices(Work* work) const {
  std::vector<bool> used(options_.devices.size());
  for (const PlacedFunction& function : work->functions) function.MarkUsedDevices(&used);
  const auto num_used = std::count(used.begin(), used.end(), true);
  if (num_used == 0 || (num_used == 1 && used[work->home])) return false;
  const bool is_free = work->node->requested_device().empty();
  if (num_used == 1 && is_free) {
    const auto only = static_cast<int>(std::find(used.begin(), used.end(), true) - used.begin());
    (*work->device_of)[work->node->id()] = only;
    work->step->graph->SetAssignedDevice(work->node, options_.devices[only].full_name);
    return false;
  }
  used[work->home] = true;
  for (size_t d = 0; d < used.size(); ++d) {
    if (used[d]) work->devices.push_back(static_cast<int>(d));
  }
  return true;
}

// A handle whose owner has no part, since nothing uses it, goes through at home.
void FunctionPartitioner::KeepOnParts(Work* work) const {
  const auto move = [&](std::vector<int>* devices, bool are_args) {
    for (size_t i = 0; i < devices->size(); ++i) {
      if (std::count(work->devices.begin(), work->devices.end(), (*devices)[i]) > 0) continue;
      (*devices)[i] = work->home;
      for (PlacedFunction& function : work->functions) {
        const std::vector<Node*>& ends = are_args ? function.args : function.rets;
        if (i < ends.size()) function.device_of[ends[i]->id()] = work->home;
      }
    }
  };
  move(&work->arg_devices, true);
  if (work->kind == CallKind::kWhile) move(&work->ret_devices, false);
}

absl::Status FunctionPartitioner::SplitFunctions(Work* work,
                                                 std::vector<std::vector<FunctionRef>>* parts) {
  parts->resize(work->devices.size());
  for (size_t k = 0; k < work->functions.size(); ++k) {
    PlacedFunction& function = work->functions[k];
    const bool is_cond = work->kind == CallKind::kWhile && k == 0;
    std::vector<Node*> conditions;  // by part
    for (const int device : work->devices) {
      if (!is_cond) break;
      conditions.push_back(function.rets[0]);
      if (device == work->home) continue;
      MR_ASSIGN_OR_RETURN(conditions.back(), function.AddRet(0, device, options_));
    }
    MR_RETURN_IF_ERROR(CutEdgesBetweenDevices(options_, &function.device_of,
                                              function.step.graph.get(), next_edge_id_));
    for (size_t p = 0; p < work->devices.size(); ++p) {
      const int device = work->devices[p];
      const std::vector<Node*> args =
          Pick<Node*>(function.args, IndicesOn(work->arg_devices, device));
      const std::vector<Node*> rets =
          is_cond ? std::vector<Node*>{conditions[p]}
                  : Pick<Node*>(function.rets, IndicesOn(work->ret_devices, device));
      MR_ASSIGN_OR_RETURN(FunctionRef part, function.AddPart(device, args, rets));
      (*parts)[p].push_back(std::move(part));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Node*> FunctionPartitioner::AddPart(const Work& work, int device,
                                                   std::vector<FunctionRef> functions) {
  const Node& node = *work.node;
  Graph& graph = *work.step->graph;
  const std::vector<int> ins = IndicesOn(work.arg_devices, device);
  const std::vector<int> outs = IndicesOn(work.ret_devices, device);
  Graph::NodeArgs args;
  args.name = absl::StrCat(node.name(), "/part");
  args.uniquify = true;
  args.op = node.type();
  args.attrs = node.attrs();
  args.attrs.Erase("_class");
  SetFunctions(work.kind, std::move(functions), &args.attrs);
  for (int i = 0; i < work.first_arg; ++i) args.inputs.push_back(node.input(i));
  for (const int i : ins) args.inputs.push_back(node.input(work.first_arg + i));
  const auto types_in = Pick<DType>(node.input_types().subspan(work.first_arg), ins);
  if (work.kind == CallKind::kWhile) {
    args.attrs.Set("T", types_in);
  } else {
    args.attrs.Set("Tin", types_in);
    args.attrs.Set("Tout", Pick<DType>(node.output_types(), outs));
  }
  std::vector<PartialShape> shapes;
  if (node.GetAttr("output_shapes", &shapes).ok() && !shapes.empty()) {
    args.attrs.Set("output_shapes", Pick<PartialShape>(shapes, outs));
  }
  args.control_inputs.assign(node.control_inputs().begin(), node.control_inputs().end());
  args.origin = node.origin();
  MR_ASSIGN_OR_RETURN(Node * part, graph.AddNode(std::move(args)));
  graph.SetAssignedDevice(part, options_.devices[device].full_name);
  work.device_of->resize(graph.num_node_ids(), -1);
  (*work.device_of)[part->id()] = device;
  work.step->Require(part);
  return part;
}

absl::Status FunctionPartitioner::ReplaceNode(const Work& work, const std::vector<Node*>& parts) {
  Graph& graph = *work.step->graph;
  for (size_t p = 0; p < parts.size(); ++p) {
    int position = 0;
    for (const int i : IndicesOn(work.ret_devices, work.devices[p])) {
      graph.ReplaceUses({work.node, i}, {parts[p], position++});
    }
  }
  const std::vector<Use> uses(work.node->uses().begin(), work.node->uses().end());
  for (const Use& use : uses) {
    graph.RemoveControlEdge(work.node, use.dst);
    for (Node* part : parts) graph.AddControlEdge(part, use.dst);
  }
  (*work.device_of)[work.node->id()] = -1;
  graph.RemoveNode(work.node);
  return absl::OkStatus();
}

absl::Status FunctionPartitioner::Partition(Work* work, CallClassifier* calls) {
  for (const FunctionRef& function : FunctionsOf(*work->node, work->kind)) {
    if (std::count(inside_.begin(), inside_.end(), function.name) > 0) return absl::OkStatus();
  }
  FindArgDevices(calls, work);
  absl::Status status = LoadFunctions(work);
  if (!status.ok()) return Annotate(status, work->node->Describe());
  if (!SpansDevices(work)) return absl::OkStatus();
  KeepOnParts(work);
  std::vector<std::vector<FunctionRef>> functions;  // by part
  MR_RETURN_IF_ERROR(SplitFunctions(work, &functions));
  std::vector<Node*> parts;
  for (size_t p = 0; p < work->devices.size(); ++p) {
    MR_ASSIGN_OR_RETURN(Node * part, AddPart(*work, work->devices[p], std::move(functions[p])));
    parts.push_back(part);
  }
  return ReplaceNode(*work, parts);
}

absl::Status FunctionPartitioner::PartitionAll(StepGraph* step, std::vector<int>* device_of) {
  CallClassifier calls(step->graph->registry());
  const int num_ids = step->graph->num_node_ids();
  for (int id = 0; id < num_ids; ++id) {
    Node* const node = step->graph->nodes()[id].get();
    if (node == nullptr) continue;
    const CallKind kind = calls.Classify(*node);
    if (kind == CallKind::kNone) continue;
    Work work{step, device_of, node, kind, 0, (*device_of)[id], {}, {}, {}, {}};
    if (kind == CallKind::kIf || kind == CallKind::kCase) work.first_arg = 1;
    MR_RETURN_IF_ERROR(Partition(&work, &calls));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status PartitionFunctions(const CompileOptions& options, StepGraph* step,
                                std::vector<int>* device_of, int64_t* next_edge_id) {
  if (options.devices.size() < 2) return absl::OkStatus();
  return FunctionPartitioner(options, next_edge_id).PartitionAll(step, device_of);
}

}  // namespace millrace
