// What both kinds of run do for a node: call its kernel, hand on its outputs, drop its inputs.
#ifndef MILLRACE_CORE_RUNTIME_DELIVER_H_
#define MILLRACE_CORE_RUNTIME_DELIVER_H_

#include <cstdint>
#include <utility>

#include "absl/base/optimization.h"
#include "absl/status/status.h"
#include "core/base/out_of_memory.h"
#include "core/runtime/kernel.h"
#include "core/runtime/plan_impl.h"
#include "core/runtime/step.h"

namespace millrace {

// INTERNAL for an output that the kernel has not set, or set to another type.
absl::Status OutputError(const PlanNode& node, const Tensor* outputs);
// Ends everything that waits on behalf of the step. The first error of a step wins.
void AbortStep(StepContext* step, const absl::Status& status);
// Notes how long node `id` took, from `start` until now, and returns now.
int64_t RecordTime(const PlanImpl& plan, int32_t id, StepContext* step, int64_t start);

inline KernelContext ContextOf(const PlanImpl& plan, const PlanNode& node, StepContext* step,
                               Tensor* slots) {
  KernelContext context(
      plan.device, step,
      absl::MakeSpan(slots + node.first_input, static_cast<size_t>(node.num_inputs)),
      absl::MakeSpan(slots + node.first_output, static_cast<size_t>(node.num_outputs)),
      absl::MakeConstSpan(node.output_types, static_cast<size_t>(node.num_outputs)));
  context.set_host_outputs(node.host_outputs);
  return context;
}

inline absl::Status CheckOutputs(const PlanNode& node, const Tensor* slots) {
  const Tensor* outputs = slots + node.first_output;
  for (int32_t i = 0; i < node.num_outputs; ++i) {
    if (ABSL_PREDICT_FALSE(outputs[i].dtype() != node.output_types[i])) {
      return OutputError(node, outputs);
    }
  }
  return absl::OkStatus();
}

// Runs (on a device with queues: enqueues) a kernel that is not asynchronous.
inline absl::Status LaunchNode(const PlanImpl& plan, const PlanNode& node, StepContext* step,
                               Tensor* slots) {
  KernelContext context = ContextOf(plan, node, step, slots);
  absl::Status status = OrOutOfMemory([&] {
    return plan.on_host ? node.kernel->Compute(context)
                        : plan.device->Launch(*node.kernel, context);
  });
  if (ABSL_PREDICT_FALSE(!status.ok())) return status;
  return CheckOutputs(node, slots);
}

// Outputs to the inputs that need them. Those that nobody needs are dropped.
inline void DeliverOutputs(const PlanImpl& plan, const PlanNode& node, Tensor* slots) {
  if (node.direct) return;
  const DataEdge* edge = plan.edges.data() + node.first_edge;
  const DataEdge* const end = edge + node.num_edges;
  for (; edge != end; ++edge) {
    if (edge->last) {
      slots[edge->to_slot] = std::move(slots[edge->from_slot]);
    } else {
      slots[edge->to_slot] = slots[edge->from_slot];
    }
  }
  for (int32_t i = 0; i < node.num_outputs; ++i) slots[node.first_output + i].Reset();
}

inline void ClearInputs(const PlanNode& node, Tensor* slots) {
  for (int32_t i = 0; i < node.num_inputs; ++i) slots[node.first_input + i].Reset();
}

}  // namespace millrace

#endif  // MILLRACE_CORE_RUNTIME_DELIVER_H_
