// _native.EventWriter, EventReader and CheckpointReader: files through core/io.
#ifndef MILLRACE_PYTHON_NATIVE_IO_TYPES_H_
#define MILLRACE_PYTHON_NATIVE_IO_TYPES_H_

#include "python/native/py.h"

namespace millrace::python {

bool AddEventReaderType(PyObject* module);
bool AddEventWriterType(PyObject* module);
bool AddCheckpointReaderType(PyObject* module);

}  // namespace millrace::python

#endif  // MILLRACE_PYTHON_NATIVE_IO_TYPES_H_
