// NodeDef and FunctionDef as plain structs: what a stored graph says, not yet checked against the
// registry. (node_def.proto and function.proto are the wire forms; core/graph/import.h converts.)
#ifndef MILLRACE_CORE_GRAPH_NODE_DEF_H_
#define MILLRACE_CORE_GRAPH_NODE_DEF_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/graph/attr.h"
#include "core/graph/op_schema.h"

namespace millrace {

// Fields named *Spec so as not to clash with the protos of the same namespace.
struct NodeSpec {
  std::string name;
  std::string op;
  // "node", "node:1", "^control"; inside a function body "arg", "node:output_arg:0".
  std::vector<std::string> inputs;
  std::string device;  // requested, maybe partial, maybe empty
  AttrMap attrs;
  std::string
      origin;  // the user's own line that made the node ("train.py:12"), for messages; may be empty
};

struct FunctionSpec {
  OpSchema signature;  // name, arguments, attributes, is_stateful
  AttrMap attrs;
  std::map<int, AttrMap> arg_attrs;  // by argument: "_output_shapes", "_user_specified_name", ...
  std::vector<NodeSpec> nodes;
  std::vector<std::pair<std::string, std::string>> ret;          // output argument -> tensor name
  std::vector<std::pair<std::string, std::string>> control_ret;  // control output -> node name
};

}  // namespace millrace

#endif  // MILLRACE_CORE_GRAPH_NODE_DEF_H_
