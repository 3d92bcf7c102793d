// A registry of ops for tests of graphs: TensorFlow's schemas, no kernels.
#ifndef MILLRACE_CORE_GRAPH_TEST_OPS_H_
#define MILLRACE_CORE_GRAPH_TEST_OPS_H_

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "core/graph/graph.h"
#include "core/tensor/tensor.h"

namespace millrace {

// Const, Placeholder, NoOp, Neg, AddV2, MatMul, Sum, IdentityN, Pack, ConcatV2, Shape and what else
// shapes are computed with, VariableV2 and Assign (references), VarHandleOp and ReadVariableOp,
// Switch, Merge, NextIteration, Split.
const Registry& TestOps();

// The node, which must be addable: else the test fails and the process ends.
Node* MustAdd(Graph& graph, Graph::NodeArgs args);

// Shorthands for it. Names are made unique.
Endpoint Const(Graph& graph, Tensor value);
Endpoint Ints(Graph& graph, std::initializer_list<int32_t> values);
Endpoint Placeholder(Graph& graph, DType dtype, PartialShape shape = PartialShape());
Endpoint Add(Graph& graph, absl::string_view op, std::initializer_list<Endpoint> inputs,
             AttrMap attrs = {});

}  // namespace millrace

#endif  // MILLRACE_CORE_GRAPH_TEST_OPS_H_
