#include "core/runtime/step_plans.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/logging.h"
#include "core/base/status.h"
#include "core/runtime/evaluate_node.h"

namespace millrace {
namespace {

// Nodes that leave their container open get the session's.
void SetContainer(const std::string& container, Graph* graph) {
  if (container.empty()) return;
  for (const auto& node : graph->nodes()) {
    std::string own;
    if (node != nullptr && node->GetAttr("container", &own).ok() && own.empty()) {
      graph->SetAttr(node.get(), "container", container);
    }
  }
}

}  // namespace

absl::StatusOr<std::shared_ptr<const StepPlans>> StepPlans::Compile(const Graph& graph,
                                                                    const StepSignature& signature,
                                                                    SessionState* session) {
  const SessionOptions& options = session->options;
  CompileOptions compile;
  compile.devices = session->devices->Infos();
  compile.allow_soft_placement = options.allow_soft_placement;
  compile.fold_constants = options.fold_constants;
  compile.deduplicate = options.fold_constants;
  compile.inline_functions = options.inline_functions;
  compile.log_placement = options.log_device_placement;
  const auto evaluate = [&](const Node& node, absl::Span<const Tensor> inputs) {
    return EvaluateNode(graph.registry(), session->devices->host(), node, inputs);
  };
  MR_ASSIGN_OR_RETURN(CompiledStep step, CompileStep(graph, signature, compile, evaluate));
  if (options.log_device_placement) MR_LOG(WARNING) << step.placement.ToString();

  std::shared_ptr<StepPlans> plans(new StepPlans);
  plans->graph_version_ = graph.version();
  plans->fetches_ = signature.fetches;
  for (const std::string& name : signature.feeds) {
    MR_ASSIGN_OR_RETURN(const Endpoint fed, graph.FindEndpoint(name));
    plans->feeds_.push_back(
        {name, BaseType(fed.node->output_type(fed.index)), fed.node->output_shape(fed.index)});
  }
  for (Partition& partition : step.partitions) {
    MR_RETURN_IF_ERROR(plans->AddPlan(std::move(partition), graph, session));
  }
  return std::shared_ptr<const StepPlans>(std::move(plans));
}

absl::Status StepPlans::AddPlan(Partition partition, const Graph& graph, SessionState* session) {
  Device* device = session->devices->Find(partition.device);
  if (device == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("Device ", partition.device, " is not in this process"));
  }
  SetContainer(session->options.container, partition.graph.get());
  MR_ASSIGN_OR_RETURN(FunctionRuntime * functions,
                      FunctionsFor(*partition.graph, graph, device, session));
  MR_ASSIGN_OR_RETURN(
      std::shared_ptr<const Plan> plan,
      Plan::Create(std::move(partition.graph), device, functions, &session->kernels));
  plans_.push_back(std::move(plan));
  return absl::OkStatus();
}

absl::StatusOr<FunctionRuntime*> StepPlans::FunctionsFor(const Graph& partition, const Graph& graph,
                                                         Device* device, SessionState* session) {
  if (partition.shared_library() == graph.shared_library()) {
    std::unique_ptr<FunctionRuntime>& shared = session->functions[device];
    if (shared == nullptr) {
      shared = std::make_unique<FunctionRuntime>(graph.shared_library(), &graph.registry(), device);
    }
    return shared.get();
  }
  functions_.push_back(
      std::make_unique<FunctionRuntime>(partition.shared_library(), &graph.registry(), device));
  return functions_.back().get();
}

absl::Status StepPlans::CheckFeeds(absl::Span<const Tensor> feeds) const {
  if (feeds.size() != feeds_.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("The step takes ", feeds_.size(), " feeds, but ", feeds.size(), " are given"));
  }
  for (size_t i = 0; i < feeds.size(); ++i) {
    const Feed& feed = feeds_[i];
    if (feeds[i].dtype() != feed.dtype) {
      return absl::InvalidArgumentError(absl::StrCat("Cannot feed a ", DTypeName(feeds[i].dtype()),
                                                     " tensor for '", feed.name, "', which is ",
                                                     DTypeName(feed.dtype)));
    }
    if (!feed.shape.IsCompatibleWith(feeds[i].shape())) {
      return absl::InvalidArgumentError(
          absl::StrCat("Cannot feed a value of shape ", feeds[i].shape().ToString(), " for '",
                       feed.name, "', which has shape ", feed.shape.ToString()));
    }
  }
  return absl::OkStatus();
}

}  // namespace millrace
