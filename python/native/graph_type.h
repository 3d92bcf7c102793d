// _native.Graph: a graph under construction. Nodes are known to Python by their id, endpoints by
// one number, the key.
#ifndef MILLRACE_PYTHON_NATIVE_GRAPH_TYPE_H_
#define MILLRACE_PYTHON_NATIVE_GRAPH_TYPE_H_

#include <memory>

#include "core/graph/graph.h"
#include "python/native/py.h"

namespace millrace::python {

// key = node id * 2^24 + output index
inline int64_t KeyOf(Endpoint e) { return (static_cast<int64_t>(e.node->id()) << 24) | e.index; }

bool AddGraphType(PyObject* module);
PyObject* NewGraphObject(std::shared_ptr<Graph> graph);
// Null (TypeError) if `o` is no _native.Graph.
const std::shared_ptr<Graph>* GraphOf(PyObject* o);

// IndexError if there is no such node or output.
Node* NodeOf(const Graph& graph, PyObject* id);
bool EndpointOf(const Graph& graph, PyObject* key, Endpoint* out);
bool EndpointsOf(const Graph& graph, PyObject* keys, std::vector<Endpoint>* out);
PyObject* FromEndpoints(absl::Span<const Endpoint> endpoints);  // list of keys

// Methods of the type that live in files of their own (METH_FASTCALL).
PyObject* GraphGradients(PyObject* self, PyObject* const* args, Py_ssize_t n);
PyObject* GraphImport(PyObject* self, PyObject* const* args, Py_ssize_t n);
PyObject* GraphExport(PyObject* self, PyObject* const* args, Py_ssize_t n);
PyObject* GraphAddFunction(PyObject* self, PyObject* const* args, Py_ssize_t n);
PyObject* GraphReachable(PyObject* self, PyObject* const* args, Py_ssize_t n);
PyObject* GraphFunctionNames(PyObject* self, PyObject*);
PyObject* GraphCopyFunctions(PyObject* self, PyObject* other);
PyObject* GraphFunctionSignature(PyObject* self, PyObject* name);

}  // namespace millrace::python

#endif  // MILLRACE_PYTHON_NATIVE_GRAPH_TYPE_H_
