// GraphDef and FunctionDefLibrary to and from graphs: the edge at which protobufs end.
#ifndef MILLRACE_CORE_GRAPH_IMPORT_H_
#define MILLRACE_CORE_GRAPH_IMPORT_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/graph/graph.h"
#include "core/graph/node_def.h"

namespace millrace {

class GraphDef;  // protos/graph.proto
class NodeDef;   // protos/node_def.proto
class FunctionDef;
class AttrValue;

// The producer version written into exported graphs: one that TensorFlow 2.21 loads.
inline constexpr int kGraphProducerVersion = 1882;
inline constexpr int kGraphMinConsumer = 0;

struct ImportOptions {
  std::string prefix;  // "prefix/" put before every node name
  std::vector<std::pair<std::string, Endpoint>>
      input_map;                             // tensor name in the GraphDef -> endpoint in the graph
  std::vector<std::string> return_elements;  // names (in the GraphDef) to look up
};
struct ImportResults {
  std::vector<Endpoint> returned;  // one per return element; index -1 for an op
};

// Adds the nodes and functions of `def`. All or nothing: `graph` is as before on failure.
// INVALID_ARGUMENT for a malformed graph (names, inputs, attributes, types, shapes, a cycle without
// a loop, versions), NOT_FOUND for an unknown op. Messages name the node.
absl::StatusOr<ImportResults> ImportGraphDef(const GraphDef& def, const ImportOptions& options,
                                             Graph* graph);
// The same from serialised bytes. INVALID_ARGUMENT if they do not parse.
absl::StatusOr<ImportResults> ImportGraphDefBytes(absl::string_view bytes,
                                                  const ImportOptions& options, Graph* graph);

struct ExportOptions {
  bool strip_default_attrs = false;
  bool clear_devices = false;
  bool use_assigned_devices = false;
  bool add_output_shapes = false;  // attribute _output_shapes
};
absl::Status ExportGraphDef(const Graph& graph, const ExportOptions& options, GraphDef* def);
absl::StatusOr<std::string> ExportGraphDefBytes(const Graph& graph, const ExportOptions& options);

absl::StatusOr<FunctionSpec> FunctionFromProto(const FunctionDef& def);
absl::Status FunctionToProto(const FunctionSpec& function, FunctionDef* def);

}  // namespace millrace

#endif  // MILLRACE_CORE_GRAPH_IMPORT_H_
