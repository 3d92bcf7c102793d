// Compiles a graph into a plan's arrays.
#ifndef MILLRACE_CORE_RUNTIME_PLAN_BUILDER_H_
#define MILLRACE_CORE_RUNTIME_PLAN_BUILDER_H_

#include <memory>

#include "absl/status/statusor.h"
#include "core/graph/graph.h"
#include "core/runtime/plan.h"
#include "core/runtime/plan_impl.h"

namespace millrace {

// See Plan::Create.
absl::StatusOr<std::unique_ptr<PlanImpl>> BuildPlan(std::unique_ptr<Graph> graph, Device* device,
                                                    FunctionRuntime* functions,
                                                    KernelCache* kernels);

// The kernel of one node, made and initialised; errors name the node.
absl::StatusOr<std::shared_ptr<Kernel>> MakeKernel(const Node& node,
                                                   const KernelRegistration& registration,
                                                   Device* device, FunctionRuntime* functions);

}  // namespace millrace

#endif  // MILLRACE_CORE_RUNTIME_PLAN_BUILDER_H_
