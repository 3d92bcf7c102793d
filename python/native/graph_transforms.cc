// The methods of _native.Graph that add or give whole pieces: gradients, imported graphs,
// functions.
#include <string>

#include "core/graph/function_library.h"
#include "core/graph/gradient.h"
#include "core/graph/import.h"
#include "python/native/graph_type.h"
#include "python/native/status.h"

namespace millrace::python {
namespace {

PyObject* KeyOrNone(const Graph& graph, Output o) {
  if (!o.valid()) Py_RETURN_NONE;
  return PyLong_FromLongLong((static_cast<int64_t>(o.node) << 24) | o.index);
}

PyObject* FromGradient(const Graph& graph, const Gradient& g) {
  if (!g.sparse()) return KeyOrNone(graph, g);
  PyRef values = PyRef::Steal(KeyOrNone(graph, g));
  PyRef indices = PyRef::Steal(KeyOrNone(graph, g.indices));
  PyRef shape = PyRef::Steal(KeyOrNone(graph, g.dense_shape));
  if (!values || !indices || !shape) return nullptr;
  return PyTuple_Pack(3, values.get(), indices.get(), shape.get());
}

}  // namespace

// gradients(ys, xs, grad_ys (key or None each; may be empty), stop_gradients, name)
//   -> [key, (values, indices, dense shape or None) or None]
PyObject* GraphGradients(PyObject* self, PyObject* const* args, Py_ssize_t n) {
  if (!CheckArgCount("gradients", n, 5, 5)) return nullptr;
  Graph& graph = **GraphOf(self);
  std::vector<Endpoint> ys, xs;
  GradientOptions options;
  if (!EndpointsOf(graph, args[0], &ys) || !EndpointsOf(graph, args[1], &xs) ||
      !EndpointsOf(graph, args[3], &options.stop_gradients) || !ToString(args[4], &options.name)) {
    return nullptr;
  }
  const bool ok = ForEach(args[2], "grad_ys is a list", [&](PyObject* key) {
    options.grad_ys.emplace_back();
    return key == Py_None || EndpointOf(graph, key, &options.grad_ys.back());
  });
  if (!ok) return nullptr;
  absl::StatusOr<Gradients> gradients;
  {
    MutexLock lock(&graph.mu());
    gradients = AddGradients(&graph, ys, xs, options);
  }
  if (!gradients.ok()) return Raise(gradients.status());
  PyRef list = PyRef::Steal(PyList_New(0));
  for (const Gradient& g : *gradients) {
    PyRef item = PyRef::Steal(FromGradient(graph, g));
    if (!item || PyList_Append(list.get(), item.get()) != 0) return nullptr;
  }
  return list.Release();
}

// import_graph_def(bytes, prefix, {name: key}, [return element]) -> [key; id for an op]
PyObject* GraphImport(PyObject* self, PyObject* const* args, Py_ssize_t n) {
  if (!CheckArgCount("import_graph_def", n, 4, 4)) return nullptr;
  Graph& graph = **GraphOf(self);
  std::string bytes;
  ImportOptions options;
  if (!ToString(args[0], &bytes) || !ToString(args[1], &options.prefix) ||
      !ToStrings(args[3], &options.return_elements)) {
    return nullptr;
  }
  PyObject *name, *key;
  Py_ssize_t position = 0;
  while (PyDict_Next(args[2], &position, &name, &key)) {
    options.input_map.emplace_back();
    if (!ToString(name, &options.input_map.back().first) ||
        !EndpointOf(graph, key, &options.input_map.back().second)) {
      return nullptr;
    }
  }
  absl::StatusOr<ImportResults> results;
  {
    MutexLock lock(&graph.mu());
    results = ImportGraphDefBytes(bytes, options, &graph);
  }
  if (!results.ok()) return Raise(results.status());
  std::vector<int64_t> returned;
  for (Endpoint e : results->returned) returned.push_back(e.index < 0 ? e.node->id() : KeyOf(e));
  return FromInts(returned);
}

// as_graph_def(strip_default_attrs, clear_devices, add_shapes) -> bytes
PyObject* GraphExport(PyObject* self, PyObject* const* args, Py_ssize_t n) {
  if (!CheckArgCount("as_graph_def", n, 3, 3)) return nullptr;
  ExportOptions options;
  options.strip_default_attrs = PyObject_IsTrue(args[0]) == 1;
  options.clear_devices = PyObject_IsTrue(args[1]) == 1;
  options.add_output_shapes = PyObject_IsTrue(args[2]) == 1;
  absl::StatusOr<std::string> bytes = ExportGraphDefBytes(**GraphOf(self), options);
  if (!bytes.ok()) return Raise(bytes.status());
  return FromBytes(*bytes);
}

// add_function(body graph, name, input keys, output keys, output names) -> name. The function, and
// those that its body calls, become known to this graph's library.
PyObject* GraphAddFunction(PyObject* self, PyObject* const* args, Py_ssize_t n) {
  if (!CheckArgCount("add_function", n, 5, 5)) return nullptr;
  const std::shared_ptr<Graph>* body = GraphOf(args[0]);
  std::string name;
  std::vector<Endpoint> inputs, outputs;
  std::vector<std::string> output_names;
  if (body == nullptr || !ToString(args[1], &name) || !EndpointsOf(**body, args[2], &inputs) ||
      !EndpointsOf(**body, args[3], &outputs) || !ToStrings(args[4], &output_names)) {
    return nullptr;
  }
  absl::StatusOr<FunctionSpec> function =
      GraphToFunction(**body, name, inputs, outputs, output_names);
  if (!function.ok()) return Raise(function.status());
  absl::Status status = (**GraphOf(self)).library().Add(*std::move(function));
  if (!status.ok()) return Raise(status);
  return GraphCopyFunctions(self, args[0]);
}

// reachable([op name], [node id]) -> those of the ids that the ops need
PyObject* GraphReachable(PyObject* self, PyObject* const* args, Py_ssize_t n) {
  Graph& graph = **GraphOf(self);
  std::vector<std::string> names;
  std::vector<int64_t> wanted, found;
  if (!CheckArgCount("reachable", n, 2, 2) || !ToStrings(args[0], &names) ||
      !ToInt64s(args[1], &wanted)) {
    return nullptr;
  }
  std::vector<bool> seen(graph.num_node_ids());
  std::vector<const Node*> stack;
  auto visit = [&](const Node* node) {
    if (node == nullptr || seen[node->id()]) return;
    seen[node->id()] = true;
    stack.push_back(node);
  };
  for (const std::string& name : names) visit(graph.FindNode(name));
  while (!stack.empty()) {
    const Node* node = stack.back();
    stack.pop_back();
    for (Endpoint e : node->inputs()) visit(e.node);
    for (const Node* control : node->control_inputs()) visit(control);
  }
  for (int64_t id : wanted) {
    if (id >= 0 && id < static_cast<int64_t>(seen.size()) && seen[id]) found.push_back(id);
  }
  return FromInts(found);
}

PyObject* GraphFunctionNames(PyObject* self, PyObject*) {
  return FromStrings((**GraphOf(self)).library().ListNames());
}

// copy_functions(other graph): what the other's library holds
PyObject* GraphCopyFunctions(PyObject* self, PyObject* other) {
  const std::shared_ptr<Graph>* from = GraphOf(other);
  if (from == nullptr) return nullptr;
  const FunctionLibrary& source = (**from).library();
  FunctionLibrary& library = (**GraphOf(self)).library();
  if (&source == &library) Py_RETURN_NONE;
  for (const std::string& name : source.ListNames()) {
    std::shared_ptr<const FunctionSpec> function = source.Find(name);
    if (function == nullptr) continue;
    if (absl::Status status = library.Add(*function); !status.ok()) return Raise(status);
  }
  Py_RETURN_NONE;
}

// function_signature(name) -> ([input dtype numbers], [output dtype numbers])
PyObject* GraphFunctionSignature(PyObject* self, PyObject* name) {
  std::string text;
  if (!ToString(name, &text)) return nullptr;
  absl::StatusOr<std::shared_ptr<const FunctionSpec>> function =
      (**GraphOf(self)).library().Lookup(text);
  if (!function.ok()) return Raise(function.status());
  std::vector<int64_t> in, out;
  for (const ArgDef& arg : (*function)->signature.inputs) in.push_back(static_cast<int>(arg.type));
  for (const ArgDef& arg : (*function)->signature.outputs)
    out.push_back(static_cast<int>(arg.type));
  PyRef inputs = PyRef::Steal(FromInts(in)), outputs = PyRef::Steal(FromInts(out));
  return inputs && outputs ? PyTuple_Pack(2, inputs.get(), outputs.get()) : nullptr;
}

}  // namespace millrace::python
