// SavedModels and MetaGraphDefs, written and read: the one place of the binding that knows
// protobufs.
#ifndef MILLRACE_PYTHON_NATIVE_SAVED_MODEL_H_
#define MILLRACE_PYTHON_NATIVE_SAVED_MODEL_H_

#include "python/native/py.h"

namespace millrace::python {

// meta_graph(graph, {
//   "tags": [str], "clear_devices": bool, "strip_default_attrs": bool,
//   "signatures": {key: (method, {name: tensor key}, {name: tensor key})},
//   "saver": (filename tensor, save tensor, restore op) or None,
//   "collections": {key: [node or tensor name]},
//   "variables": {collection: [(handle, initializer, snapshot, initial value, trainable)]},
// }) -> bytes of a MetaGraphDef
PyObject* MetaGraph(PyObject* module, PyObject* const* args, Py_ssize_t n);
// saved_model([bytes of a MetaGraphDef]) -> bytes of a SavedModel
PyObject* SavedModelOf(PyObject* module, PyObject* meta_graphs);
// read_saved_model(folder, tags) -> {"graph": bytes, "signatures": as above with names of tensors,
// "restore_op",
//   "restore_path_tensor", "variables_prefix", "init_op": str, "assets": [(tensor, file)]}
PyObject* ReadSavedModelOf(PyObject* module, PyObject* const* args, Py_ssize_t n);

}  // namespace millrace::python

#endif  // MILLRACE_PYTHON_NATIVE_SAVED_MODEL_H_
