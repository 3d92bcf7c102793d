// From the nodes of a plan, with their kernels, to its flat arrays.
#ifndef MILLRACE_CORE_RUNTIME_PLAN_LAYOUT_H_
#define MILLRACE_CORE_RUNTIME_PLAN_LAYOUT_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "core/runtime/plan_impl.h"

namespace millrace {

// A node of a plan to be: a node of the graph, or a copy between memories.
struct PlanItem {
  enum Kind { kNode, kArg, kResult };
  struct Input {
    int32_t item;
    int32_t output;
  };

  Kind kind = kNode;
  const Node* node = nullptr;      // null for a copy
  std::shared_ptr<Kernel> kernel;  // null for a no-op, an argument, a result
  int32_t index = 0;               // of an argument or result
  absl::InlinedVector<Input, 2> inputs;
  absl::InlinedVector<int32_t, 1> controls;
  DTypeVector output_types;
  uint64_t host_outputs = 0;
};

// Fills nodes, slots, edges, successors, arguments and results of `plan`. REQUIRES: items come
// after those they need.
void LayOut(std::vector<PlanItem> items, PlanImpl* plan);

}  // namespace millrace

#endif  // MILLRACE_CORE_RUNTIME_PLAN_LAYOUT_H_
