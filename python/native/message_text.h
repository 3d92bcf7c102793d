// Messages in the text format of Protocol Buffers.
#ifndef MILLRACE_PYTHON_NATIVE_MESSAGE_TEXT_H_
#define MILLRACE_PYTHON_NATIVE_MESSAGE_TEXT_H_

#include "python/native/py.h"

namespace millrace::python {

// message_text("GraphDef", bytes) -> str. DataLossError for bytes that are no such message,
// NotFoundError for an unknown name.
PyObject* MessageText(PyObject* module, PyObject* const* args, Py_ssize_t n);

}  // namespace millrace::python

#endif  // MILLRACE_PYTHON_NATIVE_MESSAGE_TEXT_H_
