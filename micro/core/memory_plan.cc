#include "micro/core/memory_plan.h"

#include "micro/core/lifetimes.h"

namespace millrace::micro {
namespace {

__attribute__((noinline)) Status Refuse(Error* error, Status status, const char* why) {
  error->status = status;
  error->reason = why;
  return status;
}

// Metadata of offline plans, int32: version, subgraph, count, then one offset a tensor, -1 for
// those that are to be planned here.
Status ApplyOfflinePlan(const Graph& graph, const Lifetimes& lifetimes, Error* error) {
  constexpr int kVersion = 1, kHeader = 3;
  const auto bytes = graph.model.MetadataBytes("OfflineMemoryAllocation");
  if (bytes.size() == 0) return Status::kOk;
  const auto* words = reinterpret_cast<const int32_t*>(bytes.data());  // vectors are aligned to 4
  const int tensors = graph.model.subgraph(0).tensors().size();
  if (bytes.size() < kHeader * 4 || words[0] != kVersion || words[2] != tensors ||
      bytes.size() < (kHeader + tensors) * 4) {
    return Refuse(error, Status::kInvalidModel,
                  MR_WHY("the offline memory plan does not fit the model"));
  }
  for (int i = 0; i < tensors; ++i) {
    const int32_t offset = words[kHeader + i];
    PlanEntry* entry = lifetimes.EntryOf(graph.subgraphs[0].tensors[i]);
    if (offset == -1 || entry == nullptr) continue;
    if (offset < 0 || offset % 8 != 0) {
      error->tensor_index = i;
      return Refuse(error, Status::kInvalidModel,
                    MR_WHY("an offset of the offline memory plan is negative or not aligned"));
    }
    entry->offset = static_cast<uint32_t>(offset);
  }
  return Status::kOk;
}

// Offsets have 32 bits, so even a plan without any sharing must stay below.
bool OffsetsSuffice(const Lifetimes& lifetimes) {
  uint64_t total = 0;
  for (int i = 0; i < lifetimes.count(); ++i) {
    total += uint64_t{lifetimes.entries()[i].size} + Arena::kAlignment;
  }
  return total < INT32_MAX;
}

void GivePlaces(const Graph& graph, const Lifetimes& lifetimes, const ScratchRequest* requests,
                int num_requests, uint8_t* base) {
  for (int s = 0; s < graph.model.subgraphs().size(); ++s) {
    void** data = graph.subgraphs[s].tensors;
    const int tensors = graph.model.subgraph(s).tensors().size();
    for (int i = 0; i < tensors; ++i) {
      if (const PlanEntry* entry = lifetimes.EntryOf(data[i])) data[i] = base + entry->offset;
    }
  }
  for (int i = 0; i < num_requests; ++i) {
    *requests[i].where = base + lifetimes.entries()[i].offset;
  }
}

}  // namespace

Status PlanMemory(const Graph& graph, const ScratchRequest* requests, int num_requests,
                  const PlanOptions& options, Arena* arena, MemoryReport* report, Error* error) {
  Lifetimes lifetimes(graph, options.model_end, requests, num_requests, arena, error);
  MR_TRY(lifetimes.Find());
  if (options.fit_batch != nullptr) {
    MR_TRY(options.fit_batch(graph, lifetimes, options.batch, error));
  } else if (!options.preserve_all) {
    // A plan made for one example and the usual lifetimes.
    MR_TRY(ApplyOfflinePlan(graph, lifetimes, error));
  }
  if (options.preserve_all) {
    for (int i = num_requests; i < lifetimes.count(); ++i) {
      lifetimes.entries()[i].first = 0;
      lifetimes.entries()[i].last = UINT16_MAX;
    }
  } else {
    MR_TRY(lifetimes.ShareInPlace());
  }
  if (options.before_placing != nullptr) {
    options.before_placing(options.user, lifetimes.entries(), lifetimes.count());
  }
  if (!OffsetsSuffice(lifetimes)) {
    return Refuse(error, Status::kUnsupported, MR_WHY("the tensors are too large"));
  }
  uint32_t total = 0;
  if (!PlanGreedily(lifetimes.entries(), lifetimes.count(), Arena::kAlignment, &total)) {
    return Refuse(error, Status::kInvalidModel,
                  MR_WHY("two tensors of the offline memory plan collide"));
  }
  const size_t planned = (total + Arena::kAlignment - 1) / Arena::kAlignment * Arena::kAlignment;
  if (!arena->Reserve(planned)) {
    error->needed_bytes = arena->Needed(planned, 0);
    return Refuse(error, Status::kArenaTooSmall, MR_WHY("the arena is too small for the tensors"));
  }
  report->planned = planned;
  report->bookkeeping = lifetimes.bookkeeping_bytes();
  GivePlaces(graph, lifetimes, requests, num_requests, arena->planned());
  return Status::kOk;
}

}  // namespace millrace::micro
