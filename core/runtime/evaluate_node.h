// EvaluateNode: one node's kernel called on given values, outside of any step.
#ifndef MILLRACE_CORE_RUNTIME_EVALUATE_NODE_H_
#define MILLRACE_CORE_RUNTIME_EVALUATE_NODE_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/graph/graph.h"
#include "core/runtime/device.h"
#include "core/tensor/tensor.h"

namespace millrace {

// UNIMPLEMENTED if the kernel may wait, else the kernel's own errors. `device` is a host device.
absl::StatusOr<std::vector<Tensor>> EvaluateNode(const Registry& registry, Device* device,
                                                 const Node& node, absl::Span<const Tensor> inputs);

}  // namespace millrace

#endif  // MILLRACE_CORE_RUNTIME_EVALUATE_NODE_H_
