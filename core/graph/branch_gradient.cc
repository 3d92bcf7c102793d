#include "core/graph/branch_gradient.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace millrace {
namespace {

bool TakesGradient(DType type) {
  return IsFloating(type) || IsComplex(type) || type == DType::kVariant;
}

// Cheap, without inputs, and the same wherever it runs.
bool IsRepeatable(const Node& node) {
  return node.num_inputs() == 0 && (node.type() == "Const" || node.type() == "VarHandleOp");
}

}  // namespace

absl::StatusOr<Endpoint> AddArg(Graph* graph, absl::string_view name, DType type,
                                PartialShape shape) {
  Graph::NodeArgs args;
  args.name = std::string(name);
  args.op = "_Arg";
  args.attrs.Set("T", type);
  args.attrs.Set("index", static_cast<int64_t>(graph->num_node_ids()));  // any: slices renumber
  args.uniquify = true;
  MR_ASSIGN_OR_RETURN(Node * node, graph->AddNode(std::move(args)));
  graph->SetOutputShape(node, 0, std::move(shape));
  return Endpoint{node, 0};
}

absl::StatusOr<BranchGradient> DifferentiateBranch(
    const FunctionRef& function, const Registry& registry,
    const std::shared_ptr<FunctionLibrary>& library) {
  static const AttrMap& no_attrs = *new AttrMap;
  BranchGradient result;
  MR_ASSIGN_OR_RETURN(
      result.body,
      library->Instantiate(function.name, function.attrs != nullptr ? *function.attrs : no_attrs,
                           registry, library));
  Graph* graph = result.body.graph.get();
  std::vector<Endpoint> ys, xs;
  for (int i = 0; i < static_cast<int>(result.body.rets.size()); ++i) {
    const Endpoint y = result.ret(i);
    const DType type = BaseType(y.node->output_type(y.index));
    if (!TakesGradient(type)) continue;
    result.taken.push_back(i);
    ys.push_back(y);
    MR_ASSIGN_OR_RETURN(const Endpoint grad, AddArg(graph, absl::StrCat("grad_", i), type,
                                                    y.node->output_shape(y.index)));
    result.grad_outputs.push_back(grad);
  }
  result.first_backward_id = graph->num_node_ids();
  for (Node* arg : result.body.args) xs.push_back({arg, 0});
  GradientOptions options;
  options.grad_ys = result.grad_outputs;
  auto grads = AddGradients(graph, ys, xs, options);
  if (!grads.ok()) {
    return Annotate(grads.status(), absl::StrCat("Gradient of function '", function.name, "'"));
  }
  result.grad_inputs = *std::move(grads);
  return result;
}

Captured FindCaptured(const BranchGradient& gradient, absl::Span<const Endpoint> results) {
  Captured captured;
  absl::flat_hash_map<const Node*, int> arg_index;
  for (int i = 0; i < static_cast<int>(gradient.body.args.size()); ++i) {
    arg_index[gradient.body.args[i]] = i;
  }
  absl::flat_hash_set<const Node*> visited;
  for (const Endpoint& e : gradient.grad_outputs) visited.insert(e.node);
  std::set<int> args;
  absl::flat_hash_set<std::pair<const Node*, int>> seen;
  std::vector<Endpoint> pending(results.rbegin(), results.rend());
  while (!pending.empty()) {
    const Endpoint e = pending.back();
    pending.pop_back();
    if (auto arg = arg_index.find(e.node); arg != arg_index.end()) {
      args.insert(arg->second);
    } else if (e.node->id() < gradient.first_backward_id) {
      if (visited.contains(e.node) || IsRepeatable(*e.node)) continue;
      if (seen.emplace(e.node, e.index).second) captured.intermediates.push_back(e);
    } else if (visited.insert(e.node).second) {
      for (const Endpoint& input : e.node->inputs()) pending.push_back(input);
    }
  }
  captured.args.assign(args.begin(), args.end());
  return captured;
}

std::vector<DType> OutputTypes(const FunctionSpec& function) {
  std::vector<DType> types;
  for (const ArgDef& output : function.signature.outputs) types.push_back(output.type);
  return types;
}

std::string FindFunctionName(const FunctionLibrary& library, const std::string& prefix,
                             absl::FunctionRef<bool(const FunctionSpec&)> is_ours) {
  for (int i = 0;; ++i) {
    std::string name = i == 0 ? prefix : absl::StrCat(prefix, "_", i);
    const auto function = library.Find(name);
    if (function == nullptr || is_ours(*function)) return name;
  }
}

}  // namespace millrace
