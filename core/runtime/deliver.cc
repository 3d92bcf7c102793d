#include "core/runtime/deliver.h"

#include "absl/strings/str_cat.h"
#include "core/runtime/stats.h"

namespace millrace {

absl::Status OutputError(const PlanNode& node, const Tensor* outputs) {
  for (int32_t i = 0; i < node.num_outputs; ++i) {
    if (outputs[i].dtype() == node.output_types[i]) continue;
    if (!outputs[i].initialized()) {
      return absl::InternalError(absl::StrCat("The kernel has not set output ", i));
    }
    return absl::InternalError(absl::StrCat("The kernel has set output ", i, " to a ",
                                            DTypeName(outputs[i].dtype()), " tensor instead of ",
                                            DTypeName(node.output_types[i])));
  }
  return absl::OkStatus();
}

void AbortStep(StepContext* step, const absl::Status& status) {
  // In this order, so that a Recv that ends with `status` is seen to end by the step's own error.
  if (step->cancellation != nullptr) step->cancellation->Cancel(status);
  if (step->rendezvous != nullptr) step->rendezvous->Abort(status);
}

int64_t RecordTime(const PlanImpl& plan, int32_t id, StepContext* step, int64_t start) {
  const int64_t end = StatsCollector::NowNanos();
  plan.costs.Record(id, end - start);
  const Node* node = plan.sources[id];
  if (step->stats != nullptr && node != nullptr) {
    step->stats->Record(node->name(), node->type(), plan.device->full_name(), start, end);
  }
  return end;
}

absl::Status PlanImpl::NodeError(int32_t i, const absl::Status& status,
                                 const StepContext& step) const {
  if (step.cancellation != nullptr && step.cancellation->IsCancelled() &&
      status == step.cancellation->status()) {
    return status;
  }
  const Node* node = sources[i];
  const std::string what = node != nullptr ? node->Describe() : "a copy between memories";
  absl::Status result(status.code(),
                      absl::StrCat(status.message(), " [", what, " on ", device->full_name(), "]"));
  status.ForEachPayload([&result](absl::string_view url, const absl::Cord& payload) {
    result.SetPayload(url, payload);
  });
  return result;
}

}  // namespace millrace
