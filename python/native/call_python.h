// Calls of Python functions by threads of the runtime.
#ifndef MILLRACE_PYTHON_NATIVE_CALL_PYTHON_H_
#define MILLRACE_PYTHON_NATIVE_CALL_PYTHON_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/tensor/tensor.h"
#include "python/native/py.h"

namespace millrace::python {

struct PythonCall {
  std::string token;
  bool eager = false;      // tensors in and out, else arrays
  bool keep_tape = false;  // what was computed will be asked for its gradient
  std::vector<Tensor> inputs;
  std::vector<DType> output_types;
};

// What the function of that token gives for the inputs, which are taken over. Takes the GIL.
// INVALID_ARGUMENT for an unknown token or results of another number or type; what an exception
// stands for (py_functions.py), with its traceback; CANCELLED once Python is about to end.
absl::StatusOr<std::vector<Tensor>> CallPython(PythonCall call);

// end_python_calls(): no call begins any more; waits, not for ever, for those that have begun.
PyObject* EndPythonCalls(PyObject* module, PyObject*);

}  // namespace millrace::python

#endif  // MILLRACE_PYTHON_NATIVE_CALL_PYTHON_H_
