// numpy arrays to tensors and back. numpy itself is reached through the buffer protocol and its
// Python API only, so one build serves numpy 1 and 2.
#ifndef MILLRACE_PYTHON_NATIVE_ARRAY_H_
#define MILLRACE_PYTHON_NATIVE_ARRAY_H_

#include "core/tensor/tensor.h"
#include "python/native/py.h"

namespace millrace::python {

enum class Memory {
  kLend,  // the tensor looks into the array where it can: for the duration of a step
  kCopy,  // the tensor owns its elements
};

// A tensor of dtype `want` (kInvalid: the value's own) from an array, number, string, or nested
// list of them. TypeError or ValueError if the value does not fit.
bool TensorFromPython(PyObject* value, DType want, Memory memory, Tensor* out);

// A numpy array over the tensor's memory: without a copy, but for strings and memory that is itself
// borrowed from the caller. Read-only if somebody else holds the memory. A rank-0 tensor gives a
// numpy scalar, or bytes. Resource and variant tensors give an opaque object that may be fed again.
PyObject* ArrayFromTensor(Tensor tensor);

}  // namespace millrace::python

#endif  // MILLRACE_PYTHON_NATIVE_ARRAY_H_
