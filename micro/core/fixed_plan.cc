#include "micro/core/fixed_plan.h"

namespace millrace::micro {
namespace {

constexpr uint64_t Aligned(uint64_t bytes) {
  return (bytes + Arena::kAlignment - 1) / Arena::kAlignment * Arena::kAlignment;
}

Status Refuse(Error* error, Status status, const char* why) {
  error->status = status;
  error->reason = why;
  return status;
}

// Gives each request its place and returns the end of all. An op's requests follow each other.
uint64_t PlaceScratch(const FixedPlan& plan, const ScratchRequest* requests, int num_requests,
                      uint8_t* base) {
  uint64_t end = Aligned(plan.end);
  uint64_t at = end;
  for (int i = 0; i < num_requests; ++i) {
    const bool first_of_op = i == 0 || requests[i].op != requests[i - 1].op;
    if (plan.free_from != nullptr && first_of_op) at = Aligned(plan.free_from[requests[i].op]);
    *requests[i].where = base + at;
    at += Aligned(requests[i].bytes);
    if (at > end) end = at;
  }
  return end;
}

}  // namespace

Status ApplyFixedPlan(const FixedPlan& plan, const Graph& graph, const ScratchRequest* requests,
                      int num_requests, const PlanOptions& options, Arena* arena,
                      MemoryReport* report, Error* error) {
  if (options.batch > 1 || options.preserve_all) {
    return Refuse(error, Status::kUnsupported,
                  MR_WHY("a compiled model runs one example and keeps no tensors"));
  }
  uint8_t* const base = arena->planned();
  const uint64_t end = PlaceScratch(plan, requests, num_requests, base);
  if (end > INT32_MAX || !arena->Reserve(static_cast<size_t>(end))) {
    error->needed_bytes = arena->Needed(static_cast<size_t>(end), 0);
    return Refuse(error, Status::kArenaTooSmall, MR_WHY("the arena is too small for the tensors"));
  }
  for (int s = 0; s < graph.model.subgraphs().size(); ++s) {
    const int tensors = graph.model.subgraph(s).tensors().size();
    for (int i = 0; i < tensors; ++i) {
      const int32_t offset = plan.tensors[s][i];
      if (offset >= 0) graph.subgraphs[s].tensors[i] = base + offset;
    }
  }
  report->planned = static_cast<size_t>(end);
  report->bookkeeping = static_cast<size_t>(num_requests) * sizeof(ScratchRequest);
  return Status::kOk;
}

}  // namespace millrace::micro
