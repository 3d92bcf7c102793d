// Which nodes call functions, and which functions they call.
#ifndef MILLRACE_CORE_PASSES_FUNCTION_CALLS_H_
#define MILLRACE_CORE_PASSES_FUNCTION_CALLS_H_

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "core/graph/graph.h"

namespace millrace {

enum class CallKind : uint8_t { kNone, kCall, kIf, kCase, kWhile };

// Remembers the answer by op, so that asking for every node of a graph is cheap. Used by one
// thread.
class CallClassifier {
 public:
  // `registry` must outlive it.
  explicit CallClassifier(const Registry& registry) : registry_(registry) {}

  // kCall: PartitionedCall, StatefulPartitionedCall, or a function used as an op.
  CallKind Classify(const Node& node);

 private:
  CallKind ClassifyOp(const OpSchema& op) const;

  const Registry& registry_;
  absl::flat_hash_map<const OpSchema*, CallKind> kinds_;
};

// The function that a node of kind kCall calls.
FunctionRef CalledFunction(const Node& call);

}  // namespace millrace

#endif  // MILLRACE_CORE_PASSES_FUNCTION_CALLS_H_
