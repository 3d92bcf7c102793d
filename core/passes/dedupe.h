// Deduplicate: nodes that compute the same from the same become one.
#ifndef MILLRACE_CORE_PASSES_DEDUPE_H_
#define MILLRACE_CORE_PASSES_DEDUPE_H_

#include "absl/status/status.h"
#include "core/passes/step_graph.h"

namespace millrace {

// Two nodes are the same if op, attributes, inputs, control inputs and requested device are. Never
// stateful ops, ops on references or resources, or ops without outputs.
absl::Status Deduplicate(StepGraph* step);

}  // namespace millrace

#endif  // MILLRACE_CORE_PASSES_DEDUPE_H_
