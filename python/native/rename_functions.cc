#include "python/native/rename_functions.h"

#include <string>

#include "absl/container/flat_hash_set.h"
#include "protos/graph.pb.h"
#include "python/native/status.h"

namespace millrace::python {
namespace {

class Renamer {
 public:
  Renamer(GraphDef* graph, std::string suffix) : graph_(graph), suffix_(std::move(suffix)) {
    for (const FunctionDef& function : graph->library().function()) {
      names_.insert(function.signature().name());
    }
  }

  void Run() {
    for (NodeDef& node : *graph_->mutable_node()) Rename(&node);
    for (FunctionDef& function : *graph_->mutable_library()->mutable_function()) {
      Rename(function.mutable_signature()->mutable_name());
      for (NodeDef& node : *function.mutable_node_def()) Rename(&node);
      for (auto& [name, value] : *function.mutable_attr()) Rename(&value);
    }
    for (GradientDef& gradient : *graph_->mutable_library()->mutable_gradient()) {
      Rename(gradient.mutable_function_name());
      Rename(gradient.mutable_gradient_func());
    }
  }

 private:
  void Rename(std::string* name) const {
    if (names_.contains(*name)) name->append(suffix_);
  }

  void Rename(NodeDef* node) const {
    Rename(node->mutable_op());
    for (auto& [name, value] : *node->mutable_attr()) Rename(&value);
  }

  void Rename(NameAttrList* function) const {
    Rename(function->mutable_name());
    for (auto& [name, value] : *function->mutable_attr()) Rename(&value);
  }

  void Rename(AttrValue* value) const {
    if (value->has_func()) Rename(value->mutable_func());
    if (!value->has_list()) return;
    for (NameAttrList& function : *value->mutable_list()->mutable_func()) Rename(&function);
  }

  GraphDef* const graph_;
  const std::string suffix_;
  absl::flat_hash_set<std::string> names_;
};

}  // namespace

PyObject* RenameFunctions(PyObject*, PyObject* const* args, Py_ssize_t n) {
  std::string bytes, suffix;
  if (!CheckArgCount("rename_functions", n, 2, 2) || !ToString(args[0], &bytes) ||
      !ToString(args[1], &suffix)) {
    return nullptr;
  }
  GraphDef graph;
  if (!graph.ParseFromString(bytes)) {
    PyErr_SetString(PyExc_ValueError, "not a GraphDef");
    return nullptr;
  }
  Renamer(&graph, std::move(suffix)).Run();
  return FromBytes(graph.SerializeAsString());
}

}  // namespace millrace::python
