// Whose line made a node: the innermost Python frame outside the millrace package.
#ifndef MILLRACE_PYTHON_NATIVE_USER_LINE_H_
#define MILLRACE_PYTHON_NATIVE_USER_LINE_H_

#include <string>

#include "python/native/py.h"

namespace millrace::python {

// set_package_folder(path): code below it is ours.
PyObject* SetPackageFolder(PyObject* module, PyObject* path);
// "train.py:12", the path as Python gives it; empty if there is no such frame.
std::string UserLine();
// user_line() -> str, a function of the module.
PyObject* UserLineFunction(PyObject* module, PyObject*);

// True for a file of the package.
bool IsPackageFile(PyObject* file);

// public_function(f) -> a callable that calls f, without a Python frame of its own, and takes the
// package's frames out of the traceback of what f raises (all stay with
// MILLRACE_FULL_TRACEBACKS=1). Binds like a function.
bool AddPublicFunctionType(PyObject* module);

}  // namespace millrace::python

#endif  // MILLRACE_PYTHON_NATIVE_USER_LINE_H_
