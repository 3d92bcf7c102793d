// PlanBySearch: a better packing than PlanGreedily's, for tools that have the time to look for one
// and write it into the model.
#ifndef MILLRACE_MICRO_HOST_SEARCH_PLANNER_H_
#define MILLRACE_MICRO_HOST_SEARCH_PLANNER_H_

#include <cstdint>

#include "micro/core/planner.h"

namespace millrace::micro {

// Sets every entry's offset (whatever it was) to a multiple of `alignment`, a power of two. Tries
// `rounds` orders of placing the entries, each at the lowest place that is free; the first is the
// greedy one, so the result is never worse. Ends early when what is in use at the fullest step is
// reached, as no plan needs less. The same input gives the same plan. Returns the plan's size.
uint32_t PlanBySearch(PlanEntry* entries, int count, uint32_t alignment, int rounds);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_HOST_SEARCH_PLANNER_H_
