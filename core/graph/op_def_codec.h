// OpDef (op_def.proto) to and from op schemas.
#ifndef MILLRACE_CORE_GRAPH_OP_DEF_CODEC_H_
#define MILLRACE_CORE_GRAPH_OP_DEF_CODEC_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/graph/op_schema.h"
#include "protos/op_def.pb.h"

namespace millrace {

// What can be said on the wire: names, arguments, attributes, flags and the doc (its first line is
// the summary).
absl::Status OpSchemaToProto(const OpSchema& schema, OpDef* proto);
// The signature of a function: a schema without shape functions, gradient and kernels.
// INVALID_ARGUMENT if it contradicts itself: no name, an argument without type, an attribute of an
// unknown kind or that is not there.
absl::StatusOr<OpSchema> OpSchemaFromProto(const OpDef& proto);

}  // namespace millrace

#endif  // MILLRACE_CORE_GRAPH_OP_DEF_CODEC_H_
