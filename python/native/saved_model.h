// SavedModels, written and read.
#ifndef MILLRACE_PYTHON_NATIVE_SAVED_MODEL_H_
#define MILLRACE_PYTHON_NATIVE_SAVED_MODEL_H_

#include "python/native/py.h"

namespace millrace::python {

// saved_model([bytes of a MetaGraphDef]) -> bytes of a SavedModel
PyObject* SavedModelOf(PyObject* module, PyObject* meta_graphs);
// read_saved_model(folder, tags) -> {"graph": bytes, "signatures": {key: (method, {name: (tensor,
// dtype, shape)}, as before)}, "restore_op", "restore_path_tensor", "variables_prefix", "init_op":
// str, "assets": [(tensor, file)]}
PyObject* ReadSavedModelOf(PyObject* module, PyObject* const* args, Py_ssize_t n);

}  // namespace millrace::python

#endif  // MILLRACE_PYTHON_NATIVE_SAVED_MODEL_H_
