#include "core/runtime/step_plans.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/logging.h"
#include "core/base/status.h"
#include "core/runtime/default_container.h"
#include "core/runtime/evaluate_node.h"

namespace millrace {
absl::StatusOr<std::shared_ptr<const StepPlans>> StepPlans::Compile(const Graph& graph,
                                                                    const StepSignature& signature,
                                                                    SessionState* session) {
  const SessionOptions& options = session->options;
  CompileOptions compile;
  compile.devices = session->devices->Infos();
  compile.allow_soft_placement = options.allow_soft_placement;
  compile.fold_constants = options.fold_constants;
  compile.deduplicate = options.fold_constants;
  compile.fuse_updates = options.fold_constants;
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
  MR_ASSIGN_OR_RETURN(plans->feeds_, FeedSpecs::Create(graph, signature.feeds));
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
  SetDefaultContainer(session->options.container, partition.graph.get());
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

}  // namespace millrace
