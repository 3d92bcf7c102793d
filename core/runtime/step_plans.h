// StepPlans: a step of one signature, compiled: the plans of its devices.
#ifndef MILLRACE_CORE_RUNTIME_STEP_PLANS_H_
#define MILLRACE_CORE_RUNTIME_STEP_PLANS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/graph/graph.h"
#include "core/passes/pipeline.h"
#include "core/runtime/feed_specs.h"
#include "core/runtime/plan.h"
#include "core/runtime/session.h"

namespace millrace {

// What the plans of one session share.
struct SessionState {
  SessionOptions options;
  std::shared_ptr<DeviceSet> devices;
  KernelCache kernels;
  // By device; for the functions of the session's own graph.
  absl::flat_hash_map<Device*, std::unique_ptr<FunctionRuntime>> functions;
};

// Immutable. Must not outlive the SessionState it was compiled with.
class StepPlans {
 public:
  // The errors of CompileStep and Plan::Create. The caller holds graph.mu() if others may change
  // the graph.
  static absl::StatusOr<std::shared_ptr<const StepPlans>> Compile(const Graph& graph,
                                                                  const StepSignature& signature,
                                                                  SessionState* session);

  const FeedSpecs& feeds() const { return feeds_; }

  int num_fetches() const { return static_cast<int>(fetches_.size()); }
  const std::string& fetch(int i) const { return fetches_[i]; }
  absl::Span<const std::shared_ptr<const Plan>> plans() const { return plans_; }
  // Of the graph when it was compiled.
  int64_t graph_version() const { return graph_version_; }

 private:
  StepPlans() = default;
  absl::Status AddPlan(Partition partition, const Graph& graph, SessionState* session);
  absl::StatusOr<FunctionRuntime*> FunctionsFor(const Graph& partition, const Graph& graph,
                                                Device* device, SessionState* session);

  FeedSpecs feeds_;
  std::vector<std::string> fetches_;
  // Where compiling gave the step a library of its own.
  std::vector<std::unique_ptr<FunctionRuntime>> functions_;
  std::vector<std::shared_ptr<const Plan>> plans_;  // destroyed before functions_
  int64_t graph_version_ = 0;
};

}  // namespace millrace

#endif  // MILLRACE_CORE_RUNTIME_STEP_PLANS_H_
