// Runs single ops, without a session: the node is checked by a graph, its kernel found, made and
// called.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/graph/graph.h"
#include "core/graph/registry.h"
#include "core/runtime/device.h"
#include "core/tensor/tensor.h"

namespace millrace {

class Cancellation;

// An input of an op under test.
struct OpInput {
  OpInput(Tensor t) : tensor(std::move(t)), type(tensor.dtype()) {}  // NOLINT: a tensor is an input
  OpInput(Tensor t, DType input_type) : tensor(std::move(t)), type(input_type) {}

  Tensor tensor;
  DType type;  // what the graph sees: of a reference input, of which the tensor is a handle,
               // float_ref and the like
};

// Adds the op that stands for a value in test graphs, "_TestInput", unless it is there.
absl::Status RegisterTestInputs(Registry& r);

// Calls the kernel of `node` on `device` with these inputs, which it may overwrite where it is
// their only owner. `cancellation`, if given, is the step's.
absl::StatusOr<std::vector<Tensor>> RunKernel(const Registry& registry, Device* device,
                                              const Node& node, std::vector<Tensor> inputs,
                                              Cancellation* cancellation = nullptr);

// Adds one node of `op` to `graph`. With `constant_inputs` its shape functions see the inputs'
// values, else only their types.
absl::StatusOr<Node*> AddOpNode(Graph* graph, absl::string_view op,
                                const std::vector<OpInput>& inputs, AttrMap attrs,
                                bool constant_inputs);

}  // namespace millrace
