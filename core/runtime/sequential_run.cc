// A run on the calling thread: kernels in topological order, no counters, no atomics.
#include <utility>

#include "core/runtime/deliver.h"
#include "core/runtime/plan_impl.h"
#include "core/runtime/stats.h"
#include "core/runtime/worker.h"

namespace millrace {
namespace {

// How a run differs from the plain one is known before it starts.
enum class Watch { kNothing, kTimes };

template <Watch watch>
absl::Status RunAll(const PlanImpl& plan, Frame& frame, StepContext* step, Worker& worker) {
  Tensor* const slots = frame.slots.get();
  const Cancellation* const cancellation = step->cancellation;
  int64_t start = watch == Watch::kNothing ? 0 : StatsCollector::NowNanos();
  for (const int32_t id : plan.computing) {
    const PlanNode& node = plan.nodes[id];
    if (cancellation != nullptr && cancellation->IsCancelled()) return cancellation->status();
    absl::Status status = LaunchNode(plan, node, step, slots);
    if (ABSL_PREDICT_FALSE(!status.ok())) return plan.NodeError(id, status, *step);
    DeliverOutputs(plan, node, slots);
    ClearInputs(node, slots);
    if (ABSL_PREDICT_FALSE(worker.has_deferred())) worker.HandOver();
    if (watch == Watch::kTimes) start = RecordTime(plan, id, step, start);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<Tensor>> RunSequentially(const PlanImpl& plan, StepContext* step,
                                                    std::vector<Tensor> args) {
  std::unique_ptr<Frame> frame = plan.frames.Take(plan);
  frame->LoadArgs(args);
  const bool measured = plan.costs.BeginRun();
  absl::Status status;
  {
    Worker worker(step->step_id);
    status = measured || step->stats != nullptr
                 ? RunAll<Watch::kTimes>(plan, *frame, step, worker)
                 : RunAll<Watch::kNothing>(plan, *frame, step, worker);
    worker.HandOver();
  }
  if (measured) plan.costs.EndMeasuredRun(plan);
  if (!status.ok()) {
    frame->Clear();
    plan.frames.Return(std::move(frame));
    AbortStep(step, status);
    return status;
  }
  std::vector<Tensor> results = frame->TakeResults();
  plan.frames.Return(std::move(frame));
  return results;
}

}  // namespace millrace
