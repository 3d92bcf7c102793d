// FixedPlan: places of a model's tensors, found when the model was compiled to C++
// (`millrace micro compile`), so that no planner is needed where it runs.
#ifndef MILLRACE_MICRO_CORE_FIXED_PLAN_H_
#define MILLRACE_MICRO_CORE_FIXED_PLAN_H_

#include <cstdint>

#include "micro/core/memory_plan.h"

namespace millrace::micro {

struct FixedPlan {
  // By subgraph and tensor: offset in the planned end of the arena, a multiple of
  // Arena::kAlignment; -1 for a tensor that has no place there.
  const int32_t* const* tensors;
  // By operator of the main subgraph: from where on memory is free while it runs, for its scratch
  // memory. nullptr (for several subgraphs): scratch memory is above all tensors and never shared.
  const uint32_t* free_from;
  uint32_t end;  // of the highest tensor
};

// As PlanMemory. kUnsupported for a batch and for preserve_all: the plan was made without them.
Status ApplyFixedPlan(const FixedPlan& plan, const Graph& graph, const ScratchRequest* requests,
                      int num_requests, const PlanOptions& options, Arena* arena,
                      MemoryReport* report, Error* error);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_CORE_FIXED_PLAN_H_
