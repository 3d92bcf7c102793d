// Scalar ops with gradients, and a reference interpreter for graphs of them: what tests of
// gradients compare with.
#ifndef MILLRACE_CORE_GRAPH_GRADIENT_TEST_OPS_H_
#define MILLRACE_CORE_GRAPH_GRADIENT_TEST_OPS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/graph/graph.h"

namespace millrace {

// Const, Placeholder, Identity, Neg, AddV2, Sub, Mul, Square, AddN, ZerosLike, OnesLike, Greater,
// Cast, variables, gather and what sparse gradients need, PartitionedCall, If, While and lists.
const Registry& GradientTestOps();

// A double, or a list of values.
struct RefValue {
  double number = 0;
  std::vector<RefValue> list;
};

// Interprets the graph with doubles, one node after the other. Placeholders are fed by name; a
// variable's handle is its value.
absl::StatusOr<double> Evaluate(const Graph& graph, Endpoint fetch,
                                const std::map<std::string, double>& feeds);

}  // namespace millrace

#endif  // MILLRACE_CORE_GRAPH_GRADIENT_TEST_OPS_H_
