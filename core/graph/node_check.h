// A node checked against its op's schema: what its attributes, inputs and outputs must be.
#ifndef MILLRACE_CORE_GRAPH_NODE_CHECK_H_
#define MILLRACE_CORE_GRAPH_NODE_CHECK_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "core/graph/attr.h"
#include "core/graph/op_schema.h"
#include "core/tensor/dtype.h"

namespace millrace {

// The most tensors a node may take or give; a schema's attributes may say more by mistake or
// malice.
inline constexpr int kMaxArgs = 1 << 20;

// TensorFlow's rule: a letter, digit or '.', then these and "_\/>-". `internal`: may begin with '_'
// too.
bool IsValidNodeName(absl::string_view name, bool internal = false);

// Completes `attrs`, given those a caller wrote down and the types of the inputs (flat): attributes
// that the inputs imply, then defaults. A reference may be given where a value is asked for, never
// the other way round. Sets the types that the op takes (`input_types`; references only where the
// op wants them) and gives. INVALID_ARGUMENT, naming the attribute or argument with the types
// wanted and found, and then attrs is in a valid but unspecified state.
absl::Status CheckNode(const OpSchema& op, absl::Span<const DType> given_types, AttrMap* attrs,
                       DTypeVector* input_types, DTypeVector* output_types);

// How many tensors the argument holds under complete attributes. INVALID_ARGUMENT if they do not
// say, or for a number below 0 or over kMaxArgs.
absl::StatusOr<int> ArgLength(const ArgDef& arg, const AttrMap& attrs);

// "values[2]" for the third tensor of list `values`, "x" for a single one; for messages.
std::string ArgNameOf(absl::Span<const ArgDef> args, const AttrMap& attrs, int flat_index);

}  // namespace millrace

#endif  // MILLRACE_CORE_GRAPH_NODE_CHECK_H_
