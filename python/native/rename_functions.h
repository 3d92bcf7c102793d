// Other names for the functions of a graph, so that two graphs may have functions of one name.
#ifndef MILLRACE_PYTHON_NATIVE_RENAME_FUNCTIONS_H_
#define MILLRACE_PYTHON_NATIVE_RENAME_FUNCTIONS_H_

#include "python/native/py.h"

namespace millrace::python {

// rename_functions(bytes of a GraphDef, suffix) -> bytes of the same graph, where each function of
// its library has the suffix at its name's end, also where it is called
PyObject* RenameFunctions(PyObject* module, PyObject* const* args, Py_ssize_t n);

}  // namespace millrace::python

#endif  // MILLRACE_PYTHON_NATIVE_RENAME_FUNCTIONS_H_
