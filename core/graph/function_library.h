// FunctionLibrary: the functions of a graph by name, and their bodies as graphs.
#ifndef MILLRACE_CORE_GRAPH_FUNCTION_LIBRARY_H_
#define MILLRACE_CORE_GRAPH_FUNCTION_LIBRARY_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/base/mutex.h"
#include "core/graph/graph.h"
#include "core/graph/node_def.h"

namespace millrace {

// Thread-safe. Functions are immutable once added.
class FunctionLibrary : public std::enable_shared_from_this<FunctionLibrary> {
 public:
  // OK if an equal function of that name is there already; ALREADY_EXISTS if a different one is.
  absl::Status Add(FunctionSpec function);
  absl::Status Remove(absl::string_view name);
  std::shared_ptr<const FunctionSpec> Find(absl::string_view name) const;  // null if unknown
  // NOT_FOUND with the name.
  absl::StatusOr<std::shared_ptr<const FunctionSpec>> Lookup(absl::string_view name) const;
  std::vector<std::string> ListNames() const;  // sorted
  std::string UniqueName(absl::string_view prefix) const;
  // Functions reachable from `graph`, transitively.
  std::vector<std::string> Reachable(const Graph& graph) const;
  // The gradient function registered for `name` (GradientDef), or empty.
  void SetGradient(absl::string_view name, absl::string_view gradient);
  std::string Gradient(absl::string_view name) const;

  // The body as a graph: arguments are `_Arg` nodes (attrs T, index), results `_Retval` nodes, in
  // the order of the signature (lists flattened); control outputs hold on `_Retval`s' side through
  // `control_returns`. Placeholders in attributes are replaced by `attrs`. INVALID_ARGUMENT if the
  // body is wrong.
  struct Body {
    std::unique_ptr<Graph> graph;
    std::vector<Node*> args, rets;       // by index
    std::vector<Node*> control_returns;  // stateful nodes that must run
  };
  absl::StatusOr<Body> Instantiate(absl::string_view name, const AttrMap& attrs,
                                   const Registry& registry,
                                   std::shared_ptr<FunctionLibrary> self) const;

 private:
  mutable Mutex mu_;
  absl::flat_hash_map<std::string, std::shared_ptr<const FunctionSpec>> functions_
      ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<std::string, std::string> gradients_ ABSL_GUARDED_BY(mu_);
};

// The function that computes `outputs` of `graph` from `inputs` (any endpoints; what lies before
// them is not part of it). Stateful nodes of the graph become control outputs. INVALID_ARGUMENT if
// an output depends on a Placeholder or
// `_Arg` that is no input. Argument names are made from the endpoints' nodes, or given.
absl::StatusOr<FunctionSpec> GraphToFunction(const Graph& graph, absl::string_view name,
                                             absl::Span<const Endpoint> inputs,
                                             absl::Span<const Endpoint> outputs,
                                             absl::Span<const std::string> output_names = {});

}  // namespace millrace

#endif  // MILLRACE_CORE_GRAPH_FUNCTION_LIBRARY_H_
