// PartitionFunctions: a While, If, Case or call whose functions span devices, made into one on each
// of them.
#ifndef MILLRACE_CORE_PASSES_PARTITION_FUNCTIONS_H_
#define MILLRACE_CORE_PASSES_PARTITION_FUNCTIONS_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "core/passes/compile_options.h"
#include "core/passes/step_graph.h"

namespace millrace {

// For a placed graph; `device_of` as SplitByDevice takes it. The functions of each such node are
// placed: an argument that is a handle is where its owner is, others are where the node is (its
// home), and so are results; ops on handles follow them. Functions that need one device only take
// the node there. Else every device gets a node of the same op with its part of each function, its
// handles (those of others are not passed) and, at home, everything else;
// `_Send` and `_Recv` join the parts, within one turn of the loop (StepContext::frame, iteration).
// At home a While's condition is computed, and sent to the other parts; an If's goes to them as an
// input. Nested ones are treated alike.
//
// The functions of the parts are added to the graph's library, under names that begin with "__". A
// function that calls itself is left whole, on one device.
absl::Status PartitionFunctions(const CompileOptions& options, StepGraph* step,
                                std::vector<int>* device_of, int64_t* next_edge_id);

}  // namespace millrace

#endif  // MILLRACE_CORE_PASSES_PARTITION_FUNCTIONS_H_
