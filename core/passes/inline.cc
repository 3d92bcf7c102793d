#include "core/passes/inline.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/function_library.h"
#include "core/passes/function_calls.h"
#include "core/passes/splice_body.h"

namespace millrace {
namespace {

// The functions whose bodies a node came from, innermost first; index into Inliner::chains_, -1 for
// none.
struct Chain {
  std::string function;
  int parent;
  int depth;
};

bool HasNoInline(const AttrMap& attrs) {
  const Attr* attr = attrs.Find("_noinline");
  const bool* value = attr != nullptr ? attr->get<bool>() : nullptr;
  return value != nullptr && *value;
}

bool AsksForDevice(const Graph& graph) {
  for (const auto& node : graph.nodes()) {
    if (node != nullptr && !node->requested_device().empty()) return true;
  }
  return false;
}

class Inliner {
 public:
  Inliner(const CompileOptions& options, StepGraph* step)
      : options_(options), step_(step), classifier_(step->graph->registry()) {}

  absl::Status Run();

 private:
  struct Call {
    Node* node;
    int chain;
  };
  bool StaysCall(const Call& call, const FunctionRef& function, int depth) const;
  absl::Status KeepCall(const Call& call, const FunctionRef& function);
  bool IsRecursive(const std::string& function, int chain) const;
  absl::Status InlineCall(const Call& call);
  absl::StatusOr<const FunctionLibrary::Body*> GetBody(const FunctionRef& function);

  const CompileOptions& options_;
  StepGraph* const step_;
  CallClassifier classifier_;
  std::vector<Chain> chains_;
  std::vector<Call> calls_;
  int num_added_ = 0;
  // By function name and attributes, since the layers of a model call one function often.
  absl::flat_hash_map<std::string, FunctionLibrary::Body> bodies_;
};

absl::Status Inliner::Run() {
  for (const auto& node : step_->graph->nodes()) {
    if (node != nullptr && classifier_.Classify(*node) == CallKind::kCall) {
      calls_.push_back({node.get(), -1});
    }
  }
  if (calls_.empty()) return absl::OkStatus();
  while (!calls_.empty()) {
    const Call call = calls_.back();
    calls_.pop_back();
    MR_RETURN_IF_ERROR(InlineCall(call));
  }
  RemoveUnusedNodes(step_);
  return absl::OkStatus();
}

bool Inliner::IsRecursive(const std::string& function, int chain) const {
  for (; chain >= 0; chain = chains_[chain].parent) {
    if (chains_[chain].function == function) return true;
  }
  return false;
}

absl::StatusOr<const FunctionLibrary::Body*> Inliner::GetBody(const FunctionRef& function) {
  static const AttrMap& kNoAttrs = *new AttrMap;
  const AttrMap& attrs = function.attrs != nullptr ? *function.attrs : kNoAttrs;
  std::string key = function.name;
  for (const AttrMap::Entry& entry : attrs) {
    absl::StrAppend(&key, ";", entry.first, "=", entry.second.Hash());
  }
  const auto [it, is_new] = bodies_.try_emplace(std::move(key));
  if (is_new) {
    Graph& graph = *step_->graph;
    absl::StatusOr<FunctionLibrary::Body> body =
        graph.library().Instantiate(function.name, attrs, graph.registry(), graph.shared_library());
    if (!body.ok()) {
      bodies_.erase(it);
      return body.status();
    }
    it->second = *std::move(body);
  }
  return &it->second;
}

bool Inliner::StaysCall(const Call& call, const FunctionRef& function, int depth) const {
  const std::shared_ptr<const FunctionSpec> spec = step_->graph->library().Find(function.name);
  return spec == nullptr || HasNoInline(spec->attrs) || HasNoInline(call.node->attrs()) ||
         depth > kMaxInlineDepth || num_added_ > kMaxInlinedNodes ||
         IsRecursive(function.name, call.chain);
}

// A function used as an op becomes a call of it: the one form that is run natively.
absl::Status Inliner::KeepCall(const Call& call, const FunctionRef& function) {
  Node* const node = call.node;
  if (node->type() == "PartitionedCall" || node->type() == "StatefulPartitionedCall") {
    return absl::OkStatus();
  }
  Graph& graph = *step_->graph;
  Graph::NodeArgs args;
  args.name = absl::StrCat(node->name(), "/call");
  args.uniquify = true;
  args.op = node->op().is_stateful ? "StatefulPartitionedCall" : "PartitionedCall";
  args.attrs.Set("f", function);
  args.attrs.Set("Tin", std::vector<DType>(node->input_types().begin(), node->input_types().end()));
  args.attrs.Set("Tout",
                 std::vector<DType>(node->output_types().begin(), node->output_types().end()));
  args.inputs.assign(node->inputs().begin(), node->inputs().end());
  args.control_inputs.assign(node->control_inputs().begin(), node->control_inputs().end());
  args.device = node->requested_device();
  args.origin = node->origin();
  MR_ASSIGN_OR_RETURN(Node * kept, graph.AddNode(std::move(args)));
  for (int i = 0; i < node->num_outputs(); ++i) graph.ReplaceUses({node, i}, {kept, i});
  const std::vector<Use> uses(node->uses().begin(), node->uses().end());
  for (const Use& use : uses) {
    graph.RemoveControlEdge(node, use.dst);
    graph.AddControlEdge(kept, use.dst);
  }
  if (step_->IsRequired(node)) step_->Require(kept);
  graph.RemoveNode(node);
  return absl::OkStatus();
}

absl::Status Inliner::InlineCall(const Call& call) {
  const FunctionRef function = CalledFunction(*call.node);
  const int depth = call.chain < 0 ? 1 : chains_[call.chain].depth + 1;
  if (StaysCall(call, function, depth)) return KeepCall(call, function);
  absl::StatusOr<const FunctionLibrary::Body*> body = GetBody(function);
  if (!body.ok()) return Annotate(body.status(), call.node->Describe());
  if (!options_.inline_functions && !AsksForDevice(*(*body)->graph)) {
    return KeepCall(call, function);
  }
  if ((*body)->args.size() != static_cast<size_t>(call.node->num_inputs()) ||
      (*body)->rets.size() != static_cast<size_t>(call.node->num_outputs())) {
    return absl::InvalidArgumentError(
        absl::StrCat(call.node->Describe(), " has ", call.node->num_inputs(), " inputs and ",
                     call.node->num_outputs(), " outputs, but function ", function.name, " has ",
                     (*body)->args.size(), " and ", (*body)->rets.size()));
  }
  std::vector<Node*> added;
  MR_RETURN_IF_ERROR(SpliceBody(**body, call.node, step_, &added));
  num_added_ += static_cast<int>(added.size());
  const int chain = static_cast<int>(chains_.size());
  chains_.push_back({function.name, call.chain, depth});
  for (Node* node : added) {
    if (classifier_.Classify(*node) == CallKind::kCall) calls_.push_back({node, chain});
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status InlineFunctions(const CompileOptions& options, StepGraph* step) {
  return Inliner(options, step).Run();
}

}  // namespace millrace
