// How many tensors, of which types, an argument of an op stands for, once the node's attributes are
// known.
#ifndef MILLRACE_CORE_GRAPH_ARG_TYPES_H_
#define MILLRACE_CORE_GRAPH_ARG_TYPES_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/graph/attr.h"
#include "core/graph/op_schema.h"
#include "core/tensor/dtype.h"

namespace millrace {

// The types of the tensors of `arg`; reference types for a ref argument. INVALID_ARGUMENT naming
// the attribute that is absent, of another kind or out of range.
absl::StatusOr<DTypeVector> ArgTypes(const ArgDef& arg, const AttrMap& attrs);

// The tensors of one argument among all of a node's outputs: [begin, end).
struct ArgRange {
  int begin = 0, end = 0;
};
// Of the argument called `name`. INVALID_ARGUMENT if there is none.
absl::StatusOr<ArgRange> FindOutputRange(const OpSchema& op, const AttrMap& attrs,
                                         absl::string_view name);

}  // namespace millrace

#endif  // MILLRACE_CORE_GRAPH_ARG_TYPES_H_
