// Prune: the part of a user's graph that a step needs, with `_Arg` nodes for its feeds and
// `_Retval` nodes for its fetches.
#ifndef MILLRACE_CORE_PASSES_PRUNE_H_
#define MILLRACE_CORE_PASSES_PRUNE_H_

#include "absl/status/statusor.h"
#include "core/graph/graph.h"
#include "core/passes/compile_options.h"
#include "core/passes/step_graph.h"

namespace millrace {

// `graph` is only read. A feed that nothing needs gets no `_Arg`; a fetch that is fed returns what
// was fed. What waits for a fed Placeholder by a control edge waits no more. NOT_FOUND for an
// unknown feed, fetch or target; INVALID_ARGUMENT for a tensor fed twice.
absl::StatusOr<StepGraph> Prune(const Graph& graph, const StepSignature& signature);

}  // namespace millrace

#endif  // MILLRACE_CORE_PASSES_PRUNE_H_
