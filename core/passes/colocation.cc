#include "core/passes/colocation.h"

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/strip.h"

namespace millrace {
namespace {

bool IsHandleOrRef(DType t) { return t == DType::kResource || IsRef(t); }

// The node that stands for a name in _class: it may itself be gone, and its group is then of those
// that name it.
class ClassAnchors {
 public:
  explicit ClassAnchors(const Graph& graph) : graph_(graph) {}

  const Node* Find(absl::string_view name, const Node* asking) {
    if (const Node* node = graph_.FindNode(name)) return node;
    return missing_.try_emplace(name, asking).first->second;
  }

 private:
  const Graph& graph_;
  absl::flat_hash_map<std::string, const Node*> missing_;
};

}  // namespace

Endpoint HandleSource(Endpoint e, CallClassifier* calls) {
  while (calls->Classify(*e.node) == CallKind::kWhile && e.index < e.node->num_inputs()) {
    e = e.node->input(e.index);
  }
  return e;
}

ColocationGroups FindColocationGroups(const Graph& graph, CallClassifier* calls) {
  ColocationGroups groups(graph.num_node_ids());
  ClassAnchors anchors(graph);
  for (const auto& owned : graph.nodes()) {
    const Node* node = owned.get();
    if (node == nullptr) continue;
    if (const Attr* attr = node->attrs().Find("_class"); attr != nullptr) {
      const auto* names = attr->get<std::vector<std::string>>();
      for (absl::string_view name : names != nullptr ? *names : std::vector<std::string>()) {
        if (!absl::ConsumePrefix(&name, "loc:@")) continue;
        groups.Join(node->id(), anchors.Find(name, node)->id());
      }
    }
    if (calls->Classify(*node) != CallKind::kNone || node->type() == "_Retval") continue;
    for (int i = 0; i < node->num_inputs(); ++i) {
      if (!IsHandleOrRef(node->input_type(i))) continue;
      groups.Join(node->id(), HandleSource(node->input(i), calls).node->id());
    }
  }
  return groups;
}

}  // namespace millrace
