// MetaGraphDefs, written and read.
#ifndef MILLRACE_PYTHON_NATIVE_META_GRAPH_H_
#define MILLRACE_PYTHON_NATIVE_META_GRAPH_H_

#include "python/native/py.h"

namespace millrace::python {

// meta_graph(graph, {
//   "tags": [str], "clear_devices": bool, "strip_default_attrs": bool,
//   "signatures": {key: (method, {name: tensor key}, {name: tensor key})},
//   "saver": (filename tensor, save tensor, restore op, max_to_keep, sharded, hours) or None,
//   "collections": {key: ("nodes", [name]), ("bytes", [bytes]), ("ints", [int]) or
//                   ("floats", [float])},
//   "variables": {key: [(variable, initializer, snapshot, initial value, trainable,
//                        is_resource, (full name, [full shape], [offset], [shape]) or None)]},
//   "assets": [(tensor name, file below assets/)],
// }) -> bytes of a MetaGraphDef
PyObject* MetaGraph(PyObject* module, PyObject* const* args, Py_ssize_t n);
// read_meta_graph(bytes, clear_devices) -> {"graph": bytes of the GraphDef, "saver",
// "collections", "variables": as above}
PyObject* ReadMetaGraph(PyObject* module, PyObject* const* args, Py_ssize_t n);

}  // namespace millrace::python

#endif  // MILLRACE_PYTHON_NATIVE_META_GRAPH_H_
