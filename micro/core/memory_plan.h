// PlanMemory: gives every tensor that is computed, and every scratch request, its place in the
// planned end of the arena.
#ifndef MILLRACE_MICRO_CORE_MEMORY_PLAN_H_
#define MILLRACE_MICRO_CORE_MEMORY_PLAN_H_

#include <cstddef>
#include <cstdint>

#include "micro/core/arena.h"
#include "micro/core/graph.h"
#include "micro/core/memory_report.h"
#include "micro/core/planner.h"
#include "micro/core/status.h"

namespace millrace::micro {

class Lifetimes;

// Makes the main graph's inputs and outputs hold `batch` examples.
using FitBatchFunction = Status (*)(const Graph& graph, const Lifetimes& lifetimes, int batch,
                                    Error* error);

struct PlanOptions {
  const uint8_t* model_end = nullptr;
  int batch = 1;                         // examples held by the main graph's inputs and outputs
  FitBatchFunction fit_batch = nullptr;  // of a batch above 1
  bool preserve_all = false;             // every tensor keeps its value to the end
  // Called with the entries before they are placed (nullptr: not); a host tool that searches for a
  // better plan sets their offsets here.
  void (*before_placing)(void* user, PlanEntry* entries, int count) = nullptr;
  void* user = nullptr;
};

// REQUIRES: all ops are prepared; requests begin at arena->planned(), room for them is reserved.
// Afterwards each tensor of a subgraph that can be reached has data, and the report says what the
// planned end takes. A graph with metadata "OfflineMemoryAllocation" has its main subgraph's
// tensors where they say. Errors: kArenaTooSmall (error->needed_bytes), kInvalidModel (subgraphs
// that call each other in a circle, a plan in which tensors collide), kUnsupported (too many
// steps).
Status PlanMemory(const Graph& graph, const ScratchRequest* requests, int num_requests,
                  const PlanOptions& options, Arena* arena, MemoryReport* report, Error* error);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_CORE_MEMORY_PLAN_H_
