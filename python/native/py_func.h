// The ops that call Python: PyFunc, PyFuncStateless and EagerPyFunc.
#ifndef MILLRACE_PYTHON_NATIVE_PY_FUNC_H_
#define MILLRACE_PYTHON_NATIVE_PY_FUNC_H_

#include "absl/status/status.h"
#include "core/graph/registry.h"

namespace millrace::python {

// Their kernels call the function that millrace/framework/py_functions.py knows by the attribute
// `token`, on a thread of its own, which takes the GIL: whoever waits for a step must not hold it.
// A step that is cancelled does not wait for the function.
absl::Status RegisterPyFuncs(Registry& r);

}  // namespace millrace::python

#endif  // MILLRACE_PYTHON_NATIVE_PY_FUNC_H_
