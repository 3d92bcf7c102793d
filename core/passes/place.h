// Place: a device for every node.
#ifndef MILLRACE_CORE_PASSES_PLACE_H_
#define MILLRACE_CORE_PASSES_PLACE_H_

#include <vector>

#include "absl/status/statusor.h"
#include "core/passes/compile_options.h"
#include "core/passes/step_graph.h"

namespace millrace {

// Sets the assigned device of every node and returns, by node id, its index in options.devices (-1:
// no such node).
//
// - A node that has an assigned device keeps it.
// - A requested device, maybe partial, decides; nodes of one colocation group (colocation.h) share
// one device, that of
//   the node that makes the resource before others.
// - Else an op without inputs goes where its consumers are, Shape, Size and Rank where their input
// is, a call where the
//   handles are that it is given; the rest to the default device's task, the device of highest
//   priority there that has a kernel.
// - With options.allow_soft_placement a device that does not exist, or has no kernel for the op, is
// replaced by another
//   one of the same task, and of two requests in one group the first wins.
// `_Arg` and `_Retval` go to a CPU of the task of what they are joined to.
//
// INVALID_ARGUMENT, naming node, request and reason, if there is no such device or none has a
// kernel. `report` is filled with every node if options.log_placement is set.
absl::StatusOr<std::vector<int>> Place(const CompileOptions& options, StepGraph* step,
                                       PlacementReport* report);

}  // namespace millrace

#endif  // MILLRACE_CORE_PASSES_PLACE_H_
