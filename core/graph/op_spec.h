// The specifications in which an op's file declares arguments and attributes, parsed one by one;
// how they fit together is checked by Op::Build.
#ifndef MILLRACE_CORE_GRAPH_OP_SPEC_H_
#define MILLRACE_CORE_GRAPH_OP_SPEC_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "core/graph/op_schema.h"
#include "core/graph/spec_scanner.h"

namespace millrace {

// "x: T", "values: N * T", "ref: Ref(T)". A word that names no dtype becomes `type_attr`, whether
// the attribute is a type or a list of types. INVALID_ARGUMENT saying what was expected.
absl::Status ParseArgSpec(absl::string_view spec, ArgDef* arg);

// "T: {half, float} = DT_FLOAT", "N: int >= 1", ... INVALID_ARGUMENT saying what was expected.
absl::Status ParseAttrSpec(absl::string_view spec, AttrDef* attr);

// A default value of that kind in the text form of AttrValue, as "3", "[1, 2]", "DT_FLOAT", "{ dim
// { size: 2 } }".
absl::Status ParseAttrDefault(AttrKind kind, SpecScanner* text, Attr* value);

}  // namespace millrace

#endif  // MILLRACE_CORE_GRAPH_OP_SPEC_H_
