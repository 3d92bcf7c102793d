#include "core/passes/placed_function.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/function_library.h"
#include "core/passes/compile_body.h"
#include "core/passes/deref.h"
#include "core/passes/inline.h"
#include "core/passes/place.h"

namespace millrace {
namespace {

bool IsArgOrRetval(const Node& node) { return node.type() == "_Arg" || node.type() == "_Retval"; }

absl::Status CheckCounts(const FunctionRef& function, size_t args, size_t given_args, size_t rets,
                         size_t given_rets) {
  if (args == given_args && rets == given_rets) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("Function ", function.name, " takes ", args,
                                                 " arguments and gives ", rets, " results, not ",
                                                 given_args, " and ", given_rets));
}

}  // namespace

void PlacedFunction::MarkUsedDevices(std::vector<bool>* used) const {
  for (const auto& node : step.graph->nodes()) {
    if (node != nullptr && !IsArgOrRetval(*node)) (*used)[device_of[node->id()]] = true;
  }
}

absl::StatusOr<Node*> PlacedFunction::AddRet(int index, int device, const CompileOptions& options) {
  Graph& graph = *step.graph;
  Graph::NodeArgs args;
  args.name = absl::StrCat("_retval_", index);
  args.uniquify = true;
  args.op = "_Retval";
  args.attrs = rets[index]->attrs();
  args.inputs = {rets[index]->input(0)};
  MR_ASSIGN_OR_RETURN(Node * ret, graph.AddNode(std::move(args)));
  graph.SetAssignedDevice(ret, options.devices[device].full_name);
  device_of.resize(graph.num_node_ids(), -1);
  device_of[ret->id()] = device;
  return ret;
}

absl::StatusOr<FunctionRef> PlacedFunction::AddPart(int device, const std::vector<Node*>& part_args,
                                                    const std::vector<Node*>& part_rets) const {
  std::vector<bool> keep(device_of.size());
  for (size_t id = 0; id < keep.size(); ++id) keep[id] = device_of[id] == device;
  const std::unique_ptr<Graph> part = step.graph->Copy(keep);
  std::vector<Endpoint> inputs, outputs;
  for (const Node* arg : part_args) inputs.push_back({part->nodes()[arg->id()].get(), 0});
  for (const Node* ret : part_rets) outputs.push_back(part->nodes()[ret->id()]->input(0));
  FunctionLibrary& library = part->library();
  const std::string part_name = library.UniqueName(absl::StrCat("__", name, "_on_device_", device));
  MR_ASSIGN_OR_RETURN(FunctionSpec spec, GraphToFunction(*part, part_name, inputs, outputs));
  MR_RETURN_IF_ERROR(library.Add(std::move(spec)));
  return FunctionRef{part_name, nullptr};
}

absl::StatusOr<PlacedFunction> LoadAndPlace(const CompileOptions& options, const Graph& caller,
                                            const FunctionRef& function,
                                            const std::vector<int>& arg_devices,
                                            const std::vector<int>& ret_devices, int home) {
  static const AttrMap& kNoAttrs = *new AttrMap;
  MR_ASSIGN_OR_RETURN(FunctionLibrary::Body body,
                      caller.library().Instantiate(
                          function.name, function.attrs != nullptr ? *function.attrs : kNoAttrs,
                          caller.registry(), caller.shared_library()));
  MR_RETURN_IF_ERROR(CheckCounts(function, body.args.size(), arg_devices.size(), body.rets.size(),
                                 ret_devices.size()));
  PlacedFunction placed;
  placed.name = function.name;
  placed.args = body.args;
  placed.rets = body.rets;
  placed.step = BodyAsStep(std::move(body));
  Graph& graph = *placed.step.graph;
  for (size_t i = 0; i < placed.args.size(); ++i) {
    graph.SetAssignedDevice(placed.args[i], options.devices[arg_devices[i]].full_name);
  }
  for (size_t i = 0; i < placed.rets.size(); ++i) {
    graph.SetAssignedDevice(placed.rets[i], options.devices[ret_devices[i]].full_name);
  }
  MR_RETURN_IF_ERROR(InlineFunctions(options, &placed.step));
  MR_RETURN_IF_ERROR(Dereference(&placed.step));
  CompileOptions inside = options;
  inside.default_device = home;
  inside.log_placement = false;
  PlacementReport report;
  absl::StatusOr<std::vector<int>> device_of = Place(inside, &placed.step, &report);
  if (!device_of.ok()) {
    return Annotate(device_of.status(), absl::StrCat("in function ", function.name));
  }
  placed.device_of = *std::move(device_of);
  return placed;
}

}  // namespace millrace
