// The list ops that gradients of loops are built with.
#ifndef MILLRACE_CORE_GRAPH_TENSOR_LIST_OPS_H_
#define MILLRACE_CORE_GRAPH_TENSOR_LIST_OPS_H_

#include "core/graph/builder.h"

namespace millrace {

// A list without elements; any number may be pushed, each of a shape compatible with
// `element_shape`.
Output NewTensorList(Builder& b, DType type, const PartialShape& element_shape);
Output PushBack(Builder& b, Output list, Output element, DType type);
// The list without its last element, and that element.
Outputs PopBack(Builder& b, Output list, DType type, const PartialShape& element_shape);

}  // namespace millrace

#endif  // MILLRACE_CORE_GRAPH_TENSOR_LIST_OPS_H_
