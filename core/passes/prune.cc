#include "core/passes/prune.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace millrace {
namespace {

absl::StatusOr<std::vector<Endpoint>> FindAll(const Graph& graph, absl::string_view kind,
                                              const std::vector<std::string>& names) {
  std::vector<Endpoint> found;
  found.reserve(names.size());
  for (const std::string& name : names) {
    absl::StatusOr<Endpoint> endpoint = graph.FindEndpoint(name);
    if (!endpoint.ok()) return Annotate(endpoint.status(), absl::StrCat(kind, " '", name, "'"));
    found.push_back(*endpoint);
  }
  return found;
}

absl::Status CheckFedOnce(const std::vector<Endpoint>& feeds,
                          const std::vector<std::string>& names) {
  absl::flat_hash_set<std::pair<int, int>> seen;
  for (size_t i = 0; i < feeds.size(); ++i) {
    if (!seen.insert({feeds[i].node->id(), feeds[i].index}).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("Endpoint \"", names[i], "\" fed more than once."));
    }
  }
  return absl::OkStatus();
}

bool IsPlaceholder(const Node& node) {
  return node.type() == "Placeholder" || node.type() == "PlaceholderV2";
}

class Pruner {
 public:
  Pruner(const Graph& graph, std::vector<Endpoint> feeds)
      : graph_(graph),
        feeds_(std::move(feeds)),
        args_(feeds_.size()),
        is_fed_(graph.num_node_ids()),
        keep_(graph.num_node_ids()) {
    for (const Endpoint& feed : feeds_) is_fed_[feed.node->id()] = true;
  }

  absl::StatusOr<StepGraph> Prune(const std::vector<Endpoint>& fetches,
                                  const std::vector<const Node*>& targets);

 private:
  // -1 if it is not fed.
  int FeedOf(Endpoint e) const;
  // A fed Placeholder does nothing any more.
  bool IsReplaced(const Node& node) const { return is_fed_[node.id()] && IsPlaceholder(node); }
  void Visit(const Node* node);
  void VisitInput(Endpoint input);
  absl::Status AddArg(int feed);
  absl::Status AddRetval(Endpoint fetch, int64_t index);

  const Graph& graph_;
  const std::vector<Endpoint> feeds_;  // in graph_
  std::vector<Node*> args_;            // by feed; null until something needs it
  std::vector<bool> is_fed_, keep_;    // by node id
  std::vector<bool> needed_;           // by feed
  std::vector<const Node*> pending_;
  StepGraph step_;
};

int Pruner::FeedOf(Endpoint e) const {
  if (!is_fed_[e.node->id()]) return -1;
  for (size_t i = 0; i < feeds_.size(); ++i) {
    if (feeds_[i] == e) return static_cast<int>(i);
  }
  return -1;
}

void Pruner::Visit(const Node* node) {
  if (node == nullptr || keep_[node->id()] || IsReplaced(*node)) return;
  keep_[node->id()] = true;
  pending_.push_back(node);
}

void Pruner::VisitInput(Endpoint input) {
  if (input.node == nullptr) return;
  if (const int feed = FeedOf(input); feed >= 0) {
    needed_[feed] = true;
  } else {
    Visit(input.node);
  }
}

// Puts an `_Arg` in the place of a fed tensor.
absl::Status Pruner::AddArg(int feed) {
  const Node& fed = *feeds_[feed].node;
  const int output = feeds_[feed].index;
  Graph& graph = *step_.graph;
  Graph::NodeArgs args;
  args.name = absl::StrCat("_arg_", fed.name(), "_", output);
  args.uniquify = true;
  args.op = "_Arg";
  args.attrs.Set("T", BaseType(fed.output_type(output)));
  args.attrs.Set("index", static_cast<int64_t>(feed));
  args.device = fed.requested_device();
  args.origin = fed.origin();
  MR_ASSIGN_OR_RETURN(Node * arg, graph.AddNode(std::move(args)));
  graph.SetOutputShape(arg, 0, fed.output_shape(output));
  if (const HandleData* handle = fed.output_handle(output)) graph.SetOutputHandle(arg, 0, *handle);
  for (const Use& use : fed.uses()) {
    if (use.output != output || !keep_[use.dst->id()]) continue;
    // An op that needs the variable itself refuses a value.
    Node* const dst = graph.nodes()[use.dst->id()].get();
    MR_RETURN_IF_ERROR(graph.SetInput(dst, use.dst_input, {arg, 0}));
  }
  args_[feed] = arg;
  return absl::OkStatus();
}

absl::Status Pruner::AddRetval(Endpoint fetch, int64_t index) {
  Graph& graph = *step_.graph;
  const int feed = FeedOf(fetch);
  Graph::NodeArgs args;
  args.name = absl::StrCat("_retval_", fetch.node->name(), "_", fetch.index);
  args.uniquify = true;
  args.op = "_Retval";
  args.attrs.Set("T", BaseType(fetch.node->output_type(fetch.index)));
  args.attrs.Set("index", index);
  args.inputs = {feed >= 0 ? Endpoint{args_[feed], 0}
                           : Endpoint{graph.nodes()[fetch.node->id()].get(), fetch.index}};
  args.device = fetch.node->requested_device();
  args.origin = fetch.node->origin();
  MR_ASSIGN_OR_RETURN(Node * retval, graph.AddNode(std::move(args)));
  step_.Require(retval);
  return absl::OkStatus();
}

absl::StatusOr<StepGraph> Pruner::Prune(const std::vector<Endpoint>& fetches,
                                        const std::vector<const Node*>& targets) {
  needed_.resize(feeds_.size());
  for (const Endpoint& fetch : fetches) VisitInput(fetch);
  for (const Node* target : targets) Visit(target);
  while (!pending_.empty()) {
    const Node* node = pending_.back();
    pending_.pop_back();
    for (const Endpoint& input : node->inputs()) VisitInput(input);
    for (const Node* control : node->control_inputs()) Visit(control);
  }
  step_.graph = graph_.Copy(keep_);
  for (const Node* target : targets) {
    if (keep_[target->id()]) step_.Require(target);
  }
  for (size_t i = 0; i < feeds_.size(); ++i) {
    if (needed_[i]) MR_RETURN_IF_ERROR(AddArg(static_cast<int>(i)));
  }
  for (size_t i = 0; i < fetches.size(); ++i) {
    MR_RETURN_IF_ERROR(AddRetval(fetches[i], static_cast<int64_t>(i)));
  }
  return std::move(step_);
}

}  // namespace

absl::StatusOr<StepGraph> Prune(const Graph& graph, const StepSignature& signature) {
  MR_ASSIGN_OR_RETURN(std::vector<Endpoint> feeds, FindAll(graph, "feed", signature.feeds));
  MR_ASSIGN_OR_RETURN(const auto fetches, FindAll(graph, "fetch", signature.fetches));
  MR_RETURN_IF_ERROR(CheckFedOnce(feeds, signature.feeds));
  std::vector<const Node*> targets;
  for (const std::string& name : signature.targets) {
    const Node* target = graph.FindNode(name);
    if (target == nullptr) {
      return absl::NotFoundError(absl::StrCat("target '", name, "' is not an op of the graph"));
    }
    targets.push_back(target);
  }
  return Pruner(graph, std::move(feeds)).Prune(fetches, targets);
}

}  // namespace millrace
