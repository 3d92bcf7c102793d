// What Python may know of the registry of ops.
#ifndef MILLRACE_PYTHON_NATIVE_REGISTRY_H_
#define MILLRACE_PYTHON_NATIVE_REGISTRY_H_

#include "core/graph/registry.h"
#include "python/native/py.h"

namespace millrace::python {

// The library's registry (kernels/all.h) with the ops that call Python.
Registry& Ops();

// op_names() -> [str]; op_schema(name) -> dict (see gen/gen_ops.py for its keys); op_def(name) ->
// bytes of the OpDef; kernels(name) -> [(device, {attr: dtype})].
PyObject* OpNames(PyObject* module, PyObject*);
PyObject* OpSchemaOf(PyObject* module, PyObject* name);
PyObject* OpDefOf(PyObject* module, PyObject* name);
PyObject* KernelsOf(PyObject* module, PyObject* name);

}  // namespace millrace::python

#endif  // MILLRACE_PYTHON_NATIVE_REGISTRY_H_
