// AttrValue (attr_value.proto) to and from attributes.
#ifndef MILLRACE_CORE_GRAPH_ATTR_CODEC_H_
#define MILLRACE_CORE_GRAPH_ATTR_CODEC_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/graph/attr.h"
#include "google/protobuf/map.h"
#include "protos/attr_value.pb.h"

namespace millrace {

using AttrValueMap = google::protobuf::Map<std::string, AttrValue>;

// INVALID_ARGUMENT for a value that is not set or malformed, an unknown type, or functions nested
// too deeply. A list without elements, which has no type of its own, becomes a list of strings.
absl::StatusOr<Attr> AttrFromProto(const AttrValue& proto);
// INVALID_ARGUMENT for a tensor that cannot be written.
absl::Status AttrToProto(const Attr& attr, AttrValue* proto);

// All attributes of a node, sorted by name. Errors name the attribute.
absl::StatusOr<AttrMap> AttrsFromProto(const AttrValueMap& protos);
absl::Status AttrsToProto(const AttrMap& attrs, AttrValueMap* protos);

}  // namespace millrace

#endif  // MILLRACE_CORE_GRAPH_ATTR_CODEC_H_
