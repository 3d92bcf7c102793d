// _native.EagerTensor: a value, with Python's operators straight to the kernels.
#ifndef MILLRACE_PYTHON_NATIVE_EAGER_TYPE_H_
#define MILLRACE_PYTHON_NATIVE_EAGER_TYPE_H_

#include <vector>

#include "core/eager/context.h"
#include "core/eager/execute.h"
#include "python/native/py.h"

namespace millrace::python {

// Made on first use; lives for ever. Null (exception) in a forked child that must not use it.
EagerContext* Eager();
// The open tapes of this thread.
TapeStack& ThreadTapes();

// An object of the class that the package set (hooks().eager_tensor).
PyObject* NewEagerTensor(EagerTensor tensor);
PyObject* NewEagerTensors(absl::Span<EagerTensor> tensors);  // a list
// Null (no exception) if `o` is none.
const EagerTensor* EagerOf(PyObject* o);
// False (TypeError) unless all items are eager tensors.
bool EagersOf(PyObject* sequence, std::vector<EagerTensor>* out);

bool AddEagerTensorType(PyObject* module);

// eager_execute(op, inputs, {attr: value} or None) -> [tensor]
PyObject* EagerExecute(PyObject* module, PyObject* const* args, Py_ssize_t n);
// eager_constant(value, dtype number or 0) -> tensor
PyObject* EagerConstant(PyObject* module, PyObject* const* args, Py_ssize_t n);
// read_variable(handle, dtype number, watch) -> tensor. With `watch`, open tapes watch the handle.
PyObject* ReadVariable(PyObject* module, PyObject* const* args, Py_ssize_t n);
// eager_library() -> a _native.Graph whose functions are those of immediate code
PyObject* EagerLibrary(PyObject* module, PyObject*);
// set_building(flag): whether this thread adds ops to a graph, so that operators of eager tensors
// go there too
PyObject* SetBuilding(PyObject* module, PyObject* flag);

// Types in files of their own.
bool AddTapeType(PyObject* module);
bool AddFunctionType(PyObject* module);

}  // namespace millrace::python

#endif  // MILLRACE_PYTHON_NATIVE_EAGER_TYPE_H_
