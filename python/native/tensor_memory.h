// _native.TensorMemory: a tensor as an object with the buffer protocol: what fetched arrays look
// into.
#ifndef MILLRACE_PYTHON_NATIVE_TENSOR_MEMORY_H_
#define MILLRACE_PYTHON_NATIVE_TENSOR_MEMORY_H_

#include "core/tensor/tensor.h"
#include "python/native/py.h"

namespace millrace::python {

// Shares the tensor; its bytes may be written through the buffer only if nobody else holds them.
PyObject* NewTensorMemory(Tensor tensor);
// Null (no exception) if `o` is none.
const Tensor* TensorOfMemory(PyObject* o);
bool AddTensorMemoryType(PyObject* module);

}  // namespace millrace::python

#endif  // MILLRACE_PYTHON_NATIVE_TENSOR_MEMORY_H_
