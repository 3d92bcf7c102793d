// Whether a value is one that a schema allows for an attribute.
#ifndef MILLRACE_CORE_GRAPH_ATTR_CHECK_H_
#define MILLRACE_CORE_GRAPH_ATTR_CHECK_H_

#include "absl/status/status.h"
#include "core/graph/attr.h"
#include "core/graph/op_schema.h"

namespace millrace {

// INVALID_ARGUMENT, naming the attribute, for another kind, a type or string that is not among the
// allowed ones, a number or length below the minimum, or a type that is none or a reference.
absl::Status CheckAttr(const AttrDef& def, const Attr& value);

// Number of elements if `value` is a list (strings are not), else -1.
int64_t ListLength(const Attr& value);

// An empty list of that list kind: on the wire an empty list does not say of what.
Attr EmptyList(AttrKind list_kind);

}  // namespace millrace

#endif  // MILLRACE_CORE_GRAPH_ATTR_CHECK_H_
