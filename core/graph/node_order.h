// The order in which the nodes of a description can be added to a graph.
#ifndef MILLRACE_CORE_GRAPH_NODE_ORDER_H_
#define MILLRACE_CORE_GRAPH_NODE_ORDER_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace millrace {

// True for an edge that closes a loop, from NextIteration to Merge: its end is added before its
// start.
bool IsBackEdge(absl::string_view from_op, absl::string_view to_op);

// The indices 0 .. needs.size() - 1, each behind all of `needs[i]`, and in ascending order where
// that allows it. INVALID_ARGUMENT, naming nodes of it, if there is a cycle. Takes stack
// independent of the depth.
absl::StatusOr<std::vector<int>> OrderByNeeds(const std::vector<std::vector<int>>& needs,
                                              absl::FunctionRef<std::string(int)> name);

}  // namespace millrace

#endif  // MILLRACE_CORE_GRAPH_NODE_ORDER_H_
